package dev.skep.identity;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** The certificate of a certificate authority, to which chains of certificates must lead. */
public record RootCertificate(X509Certificate certificate) {
  /** The old one and the new one while it is exchanged; a second exchange may begin meanwhile. */
  public static final int TRUSTED_MAX = 4;

  /** Characters of a {@link #digest}. */
  public static final int DIGEST_LENGTH = 50;

  private static final String WHAT = "the CA certificate";
  private static final int BASE = 36;
  private static final int KEY_CERT_SIGN = 5; // X509Certificate.getKeyUsage

  /** Throws {@link IdentityException} for one that may not sign others, or with a weak key. */
  public RootCertificate {
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
      throw new IdentityException(
          "%s (%s) is not a CA's: it may not sign other certificates (basicConstraints, keyUsage)"
              .formatted(WHAT, subject(certificate)));
    }
    if (certificate.getSubjectX500Principal().getName().isEmpty()) {
      throw new IdentityException(
          "%s has no name: what it signs could not say who signed it".formatted(WHAT));
    }
    KeyKind.require(WHAT, certificate.getPublicKey());
  }

  String subject() {
    return subject(certificate);
  }

  private static String subject(X509Certificate certificate) {
    return IdentityException.shown(certificate.getSubjectX500Principal().getName());
  }

  /** Reads one. */
  public static RootCertificate parse(String pem) {
    return new RootCertificate(Pem.certificate(WHAT, Pem.readOne(WHAT, Pem.CERTIFICATE, pem)));
  }

  /** Reads 1 to {@link #TRUSTED_MAX}. */
  public static List<RootCertificate> parseAll(String pem) {
    return Pem.certificates(WHAT, pem).stream().map(RootCertificate::new).toList();
  }

  /** One after the other, as the API's TLSInfo has it in TrustRoot. */
  public static String pem(List<RootCertificate> roots) {
    return Pem.write(roots.stream().map(RootCertificate::certificate).toList());
  }

  public String pem() {
    return pem(List.of(this));
  }

  /** SHA-256 of the certificate's DER in 50 digits of base 36: what a join token pins. */
  public String digest() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Pem.der(certificate));
      String digits = new BigInteger(1, hash).toString(BASE);
      return "0".repeat(DIGEST_LENGTH - digits.length()) + digits;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The DER of its name in base 64: CertIssuerSubject of the API's TLSInfo. */
  public String subjectBase64() {
    return Base64.getEncoder().encodeToString(certificate.getSubjectX500Principal().getEncoded());
  }

  /** The DER of its public key in base 64: CertIssuerPublicKey of the API's TLSInfo. */
  public String publicKeyBase64() {
    return Base64.getEncoder().encodeToString(certificate.getPublicKey().getEncoded());
  }

  public Instant expiresAt() {
    return certificate.getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return "RootCertificate[%s, until %s]".formatted(subject(), expiresAt());
  }
}
