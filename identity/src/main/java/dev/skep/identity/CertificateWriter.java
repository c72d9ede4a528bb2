package dev.skep.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/** Writes one certificate (RFC 5280): for a root, or for a node. */
final class CertificateWriter {
  /** 20 bytes at most, and positive (RFC 5280, 4.1.2.2); so many that none comes twice. */
  private static final int SERIAL_BITS = 159;

  private final X509v3CertificateBuilder builder;

  /** Begins one with what all have: names, life, serial number. */
  CertificateWriter(
      X500Principal issuer,
      X500Principal subject,
      PublicKey key,
      Instant from,
      Instant until,
      SecureRandom random) {
    builder =
        new X509v3CertificateBuilder(
            X500Name.getInstance(issuer.getEncoded()),
            new BigInteger(SERIAL_BITS, random).setBit(0), // never zero
            Date.from(from),
            Date.from(until),
            X500Name.getInstance(subject.getEncoded()),
            SubjectPublicKeyInfo.getInstance(key.getEncoded()));
  }

  /** What a key is called in the certificates that it signs: a digest of it. */
  static byte[] keyId(PublicKey key) {
    try {
      return new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key).getKeyIdentifier();
    } catch (GeneralSecurityException e) {
      throw unwritable(e);
    }
  }

  /** What its key is called by the certificate itself, else as above. */
  static byte[] keyId(X509Certificate certificate) {
    byte[] said = certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId());
    if (said == null) {
      return keyId(certificate.getPublicKey());
    }
    try {
      return SubjectKeyIdentifier.getInstance(JcaX509ExtensionUtils.parseExtensionValue(said))
          .getKeyIdentifier();
    } catch (IOException | RuntimeException e) {
      throw Pem.damaged("the key's identifier in the CA certificate", e);
    }
  }

  /** With a name for its key. */
  CertificateWriter called(byte[] keyId) {
    try {
      builder.addExtension(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId));
      return this;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * With the name of the key that signs it. Nothing more is said of the issuer: while a root is
   * exchanged two certificates have that key, and either may be used to check.
   */
  CertificateWriter signedBy(byte[] keyId) {
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyId));
      return this;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** It may sign others. */
  CertificateWriter root() {
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return this;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** It may be shown by a client and by a server at these addresses. */
  CertificateWriter node(NodeAddresses addresses) {
    KeyPurposeId[] purposes = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes))
          .addExtension(Extension.subjectAlternativeName, false, names(addresses));
      return this;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static GeneralNames names(NodeAddresses addresses) {
    Stream<GeneralName> ips = addresses.ips().stream().map(CertificateWriter::name);
    Stream<GeneralName> hostNames =
        addresses.hostNames().stream().map(name -> new GeneralName(GeneralName.dNSName, name));
    return new GeneralNames(Stream.concat(ips, hostNames).toArray(GeneralName[]::new));
  }

  private static GeneralName name(InetAddress ip) {
    return new GeneralName(GeneralName.iPAddress, new DEROctetString(ip.getAddress()));
  }

  X509Certificate sign(SigningKey key) {
    try {
      return Pem.certificate("the new certificate", builder.build(key).getEncoded());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static IllegalStateException unwritable(Exception e) {
    return new IllegalStateException("all that it holds was checked", e);
  }
}
