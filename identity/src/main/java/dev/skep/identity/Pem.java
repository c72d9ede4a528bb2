package dev.skep.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** PEM text, in and out, within bounds. */
final class Pem {
  static final String CERTIFICATE = "CERTIFICATE";
  static final String PRIVATE_KEY = "PRIVATE KEY";
  static final String REQUEST = "CERTIFICATE REQUEST";

  /** A chain whose every certificate has all the addresses it may have takes 60 kB. */
  static final int CHARACTERS_MAX = 64 * 1024;

  /** More than any text has that is read here: four certificates, or a key with its parameters. */
  private static final int BLOCKS_MAX = 4;

  private Pem() {}

  /**
   * The blocks of the text. What stands before and between them is left out: openssl writes
   * comments there.
   *
   * @param what begins the message: "the node's certificate"
   */
  static List<PemObject> read(String what, String text) {
    if (text.length() > CHARACTERS_MAX) {
      throw new IdentityException(
          "%s is too long: %d characters, and at most %d are read"
              .formatted(what, text.length(), CHARACTERS_MAX));
    }
    List<PemObject> blocks = new ArrayList<>();
    try (PemReader reader = new PemReader(new StringReader(text))) {
      for (PemObject block = reader.readPemObject();
          block != null;
          block = reader.readPemObject()) {
        if (blocks.size() == BLOCKS_MAX) {
          throw new IdentityException(
              "%s has too many PEM blocks: at most %d are read".formatted(what, BLOCKS_MAX));
        }
        blocks.add(block);
      }
    } catch (IdentityException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(what, e);
    }
    if (blocks.isEmpty()) {
      throw new IdentityException(
          "%s is not PEM: it has no line that starts with -----BEGIN".formatted(what));
    }
    return blocks;
  }

  /** The content of the one block, which must have the label. */
  static byte[] readOne(String what, String label, String text) {
    List<PemObject> blocks = read(what, text);
    if (blocks.size() != 1) {
      throw new IdentityException(
          "%s has %d PEM blocks where one belongs".formatted(what, blocks.size()));
    }
    return content(what, label, blocks.getFirst());
  }

  private static byte[] content(String what, String label, PemObject block) {
    if (!block.getType().equals(label)) {
      throw new IdentityException(
          "%s has a PEM block \"%s\" where \"%s\" belongs"
              .formatted(what, IdentityException.shown(block.getType()), label));
    }
    return block.getContent();
  }

  /** One or more certificates. */
  static List<X509Certificate> certificates(String what, String text) {
    return read(what, text).stream()
        .map(block -> certificate(what, content(what, CERTIFICATE, block)))
        .toList();
  }

  static X509Certificate certificate(String what, byte[] der) {
    try {
      var in = new ByteArrayInputStream(der);
      var certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      if (in.available() > 0) {
        throw new CertificateException(in.available() + " bytes too many");
      }
      return certificate;
    } catch (CertificateException | RuntimeException e) {
      throw damaged(what, e);
    }
  }

  static String write(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    certificates.forEach(certificate -> text.append(write(CERTIFICATE, der(certificate))));
    return text.toString();
  }

  static String write(String label, byte[] der) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(label, der));
    } catch (IOException e) {
      throw new IllegalStateException("a string takes all", e);
    }
    return text.toString();
  }

  static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("it was read from its DER", e);
    }
  }

  static IdentityException damaged(String what, Exception cause) {
    return new IdentityException("%s is damaged and cannot be read".formatted(what), cause);
  }
}
