package dev.skep.identity;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;

/** The kinds of keys that may stand in a cluster, each with the signature it makes. */
enum KeyKind {
  P256("SHA256withECDSA"),
  P384("SHA384withECDSA"),
  P521("SHA512withECDSA"),
  RSA("SHA256withRSA");

  /** What NIST takes for enough until 2030. */
  private static final int RSA_BITS_MIN = 2048;

  /** Each handshake checks a signature; with longer keys that takes too long. */
  private static final int RSA_BITS_MAX = 8192;

  private final String signature;

  KeyKind(String signature) {
    this.signature = signature;
  }

  /** Of a private or public key; nothing when it may not stand in a cluster. */
  static Optional<KeyKind> of(Key key) {
    return switch (key) {
      case ECKey curve -> ofCurve(curve);
      case RSAKey rsa when "RSA".equals(key.getAlgorithm()) -> {
        int bits = rsa.getModulus().bitLength();
        yield bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX ? Optional.of(RSA) : Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  private static Optional<KeyKind> ofCurve(ECKey key) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(key.getParams());
      // Releases of the JDK differ in whether they give the name or the number.
      return switch (parameters.getParameterSpec(ECGenParameterSpec.class).getName()) {
        case "secp256r1", "1.2.840.10045.3.1.7" -> Optional.of(P256);
        case "secp384r1", "1.3.132.0.34" -> Optional.of(P384);
        case "secp521r1", "1.3.132.0.35" -> Optional.of(P521);
        default -> Optional.empty();
      };
    } catch (GeneralSecurityException e) {
      return Optional.empty(); // a curve that the JDK does not know
    }
  }

  /**
   * @param what begins the message: "the node's certificate"
   */
  static KeyKind require(String what, Key key) {
    return of(key)
        .orElseThrow(() ->
            new IdentityException(
                "%s: a key of this kind (%s) is not accepted; use ECDSA on P-256, P-384 or P-521, or RSA with %d to %d bits"
                    .formatted(what, key.getAlgorithm(), RSA_BITS_MIN, RSA_BITS_MAX)));
  }

  /** The JDK's name of the signature. */
  String signature() {
    return signature;
  }
}
