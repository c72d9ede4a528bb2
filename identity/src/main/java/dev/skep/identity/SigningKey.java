package dev.skep.identity;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/**
 * Signs one certificate or request with the JDK's own providers: Bouncy Castle builds what is
 * signed, and does no cryptography here.
 */
final class SigningKey implements ContentSigner {
  private final PrivateKey key;
  private final KeyKind kind;
  private final SecureRandom random;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  /**
   * @param what whose key it is: "the cluster's CA"
   */
  SigningKey(String what, PrivateKey key, SecureRandom random) {
    this.key = key;
    this.kind = KeyKind.require(what, key);
    this.random = random;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    return id(kind);
  }

  /** A kind's signature, as certificates and requests name it. */
  static AlgorithmIdentifier id(KeyKind kind) {
    return switch (kind) {
      case P256 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
      case P384 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA384);
      case P521 -> new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA512);
      case RSA ->
          new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return content;
  }

  @Override
  public byte[] getSignature() {
    try {
      Signature signature = Signature.getInstance(kind.signature());
      signature.initSign(key, random);
      signature.update(content.toByteArray());
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IdentityException("a %s key cannot sign: it is damaged".formatted(kind), e);
    }
  }
}
