package dev.skep.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.io.pem.PemObject;

/** Private keys: made, read and written. */
final class PrivateKeys {
  private static final String CURVE = "secp256r1";
  private static final List<String> ALGORITHMS = List.of("EC", "RSA");
  private static final byte[] PROBE = {1, 2, 3};

  private PrivateKeys() {}

  /** A new one on P-256, the curve of Swarm's own keys. */
  static KeyPair create(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has " + CURVE, e);
    }
  }

  /**
   * Reads one in PKCS #8, or as openssl's older commands write it.
   *
   * @param what begins the message: "the node's key"
   */
  static PrivateKey parse(String what, String pem) {
    List<PemObject> blocks =
        Pem.read(what, pem).stream()
            .filter(block -> !block.getType().equals("EC PARAMETERS")) // the key repeats them
            .toList();
    if (blocks.size() != 1) {
      throw new IdentityException(
          "%s has %d PEM blocks where one belongs".formatted(what, blocks.size()));
    }
    PemObject block = blocks.getFirst();
    return switch (block.getType()) {
      case Pem.PRIVATE_KEY -> decode(what, block.getContent());
      case "EC PRIVATE KEY", "RSA PRIVATE KEY" -> decode(what, pkcs8(what, block));
      case "ENCRYPTED PRIVATE KEY" -> throw encrypted(what);
      default ->
          throw new IdentityException(
              "%s has a PEM block \"%s\" where \"%s\" belongs"
                  .formatted(what, IdentityException.shown(block.getType()), Pem.PRIVATE_KEY));
    };
  }

  private static IdentityException encrypted(String what) {
    return new IdentityException(
        "%s is encrypted with a passphrase: give it without (openssl pkey -in FILE)"
            .formatted(what));
  }

  /** Of the older forms, which say the kind of key in the label only. */
  private static byte[] pkcs8(String what, PemObject block) {
    if (!block.getHeaders().isEmpty()) {
      throw encrypted(what);
    }
    String text = Pem.write(block.getType(), block.getContent());
    try (PEMParser parser = new PEMParser(new java.io.StringReader(text))) {
      if (parser.readObject() instanceof PEMKeyPair pair) {
        return pair.getPrivateKeyInfo().getEncoded();
      }
    } catch (IOException | RuntimeException e) {
      throw Pem.damaged(what, e);
    }
    throw Pem.damaged(what, new IOException("it is no key pair"));
  }

  private static PrivateKey decode(String what, byte[] pkcs8) {
    Exception refused = new InvalidKeySpecException();
    for (String algorithm : ALGORITHMS) {
      try {
        PrivateKey key =
            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        KeyKind.require(what, key);
        return key;
      } catch (IdentityException e) {
        throw e;
      } catch (GeneralSecurityException | RuntimeException e) {
        refused = e;
      }
    }
    throw new IdentityException(
        "%s cannot be read: it is damaged, or of a kind that is not accepted; use ECDSA on P-256, P-384 or P-521, or RSA with at least 2048 bits"
            .formatted(what),
        refused);
  }

  static String pem(PrivateKey key) {
    return Pem.write(Pem.PRIVATE_KEY, key.getEncoded());
  }

  /** Whether what the private key signs is good by the public one. */
  static boolean match(PrivateKey privateKey, PublicKey publicKey) {
    KeyKind kind = KeyKind.of(privateKey).orElse(null);
    if (kind == null || kind != KeyKind.of(publicKey).orElse(null)) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(kind.signature());
      signature.initSign(privateKey);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException | RuntimeException e) {
      return false; // a damaged key matches none
    }
  }
}
