package dev.skep.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/**
 * A request for a certificate (PKCS #10, RFC 2986) whose sender has proved that it holds the
 * private key. The key is all that is taken from it: who the sender is and where it can be reached,
 * the manager knows better.
 */
public final class CertificateRequest {
  /** One on P-521 has 700 characters. */
  public static final int CHARACTERS_MAX = 4 * 1024;

  private static final String WHAT = "the request for a certificate";

  private final byte[] der;
  private final PublicKey publicKey;

  private CertificateRequest(byte[] der, PublicKey publicKey) {
    this.der = der;
    this.publicKey = publicKey;
  }

  static CertificateRequest of(KeyPair pair, SecureRandom random) {
    PublicKey key = pair.getPublic();
    X500Name nobody = X500Name.getInstance(new X500Principal("").getEncoded());
    var builder =
        new PKCS10CertificationRequestBuilder(
            nobody, SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    try {
      byte[] der =
          builder.build(new SigningKey("the node", pair.getPrivate(), random)).getEncoded();
      return new CertificateRequest(der, key);
    } catch (IOException e) {
      throw new IllegalStateException("an array takes all", e);
    }
  }

  /**
   * Reads one, and checks it. Throws {@link IdentityException} when it is too long or damaged, when
   * its key is not on P-256, P-384 or P-521, or when its signature does not prove that key.
   */
  public static CertificateRequest parse(String pem) {
    if (pem.length() > CHARACTERS_MAX) {
      throw new IdentityException(
          "%s is too long: %d characters, and at most %d are read"
              .formatted(WHAT, pem.length(), CHARACTERS_MAX));
    }
    byte[] der = Pem.readOne(WHAT, Pem.REQUEST, pem);
    CertificationRequest request;
    try {
      request = new PKCS10CertificationRequest(der).toASN1Structure();
    } catch (IOException | RuntimeException e) {
      throw Pem.damaged(WHAT, e);
    }
    try {
      PublicKey key = publicKey(request.getCertificationRequestInfo().getSubjectPublicKeyInfo());
      requireProof(request, key);
      return new CertificateRequest(der, key);
    } catch (IdentityException e) {
      throw e;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw Pem.damaged(WHAT, e);
    }
  }

  private static PublicKey publicKey(SubjectPublicKeyInfo info)
      throws GeneralSecurityException, IOException {
    if (!info.getAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      throw new IdentityException(
          "%s: a key of this kind is not accepted; nodes use ECDSA on P-256, P-384 or P-521"
              .formatted(WHAT));
    }
    PublicKey key =
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
    KeyKind.require(WHAT, key);
    return key;
  }

  private static void requireProof(CertificationRequest request, PublicKey key)
      throws GeneralSecurityException, IOException {
    KeyKind kind = KeyKind.require(WHAT, key);
    AlgorithmIdentifier said = request.getSignatureAlgorithm();
    if (!said.equals(SigningKey.id(kind))) {
      throw new IdentityException(
          "%s is not signed with %s, as its key asks for".formatted(WHAT, kind.signature()));
    }
    Signature signature = Signature.getInstance(kind.signature());
    signature.initVerify(key);
    signature.update(request.getCertificationRequestInfo().getEncoded("DER"));
    if (!signature.verify(request.getSignature().getOctets())) {
      throw new IdentityException(
          "%s does not prove that its sender holds the private key: the signature is wrong"
              .formatted(WHAT));
    }
  }

  public String pem() {
    return Pem.write(Pem.REQUEST, der);
  }

  PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public String toString() {
    return "CertificateRequest[%s]".formatted(publicKey.getAlgorithm());
  }
}
