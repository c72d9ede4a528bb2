package dev.skep.identity;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** A cluster's certificate authority: the root, and the key that signs nodes' certificates. */
public final class Authority {
  /** Certificates begin so long before they are made: hosts' clocks differ. As Swarm's do. */
  public static final Duration BACKDATED = Duration.ofHours(1);

  /** The shortest life of a node's certificate; renewals need time. As Swarm's. */
  public static final Duration EXPIRY_MIN = Duration.ofHours(1);

  /** The life of a node's certificate where nobody says another. As Swarm's. */
  public static final Duration EXPIRY_DEFAULT = Duration.ofDays(90);

  private static final int ROOT_YEARS = 20;
  private static final String COMMON_NAME = "skep-ca";
  private static final String WHAT = "the cluster's CA";

  private final RootCertificate root;
  private final PrivateKey key;
  private final @Nullable X509Certificate cross;

  private Authority(RootCertificate root, PrivateKey key, @Nullable X509Certificate cross) {
    if (!PrivateKeys.match(key, root.certificate().getPublicKey())) {
      throw new IdentityException(
          "the CA certificate and the CA key do not belong together: the key is another one's");
    }
    this.root = root;
    this.key = key;
    this.cross = cross;
  }

  /**
   * A new one for a cluster: P-256, good for 20 years.
   *
   * @param clusterId see {@link NodeName}
   */
  public static Authority create(String clusterId, Instant now, SecureRandom random) {
    NodeName.requireId("cluster", clusterId);
    KeyPair pair = PrivateKeys.create(random);
    X500Principal name = new X500Principal("CN=%s,O=%s".formatted(COMMON_NAME, clusterId));
    Instant until = now.atOffset(ZoneOffset.UTC).plusYears(ROOT_YEARS).toInstant();
    X509Certificate certificate =
        new CertificateWriter(name, name, pair.getPublic(), from(now), until, random)
            .called(CertificateWriter.keyId(pair.getPublic()))
            .root()
            .sign(new SigningKey(WHAT, pair.getPrivate(), random));
    return new Authority(new RootCertificate(certificate), pair.getPrivate(), null);
  }

  /** Of what {@link RootCertificate#pem} and {@link #privateKeyPem} wrote. */
  public static Authority parse(String certificatePem, String keyPem) {
    return new Authority(
        RootCertificate.parse(certificatePem), PrivateKeys.parse("the CA key", keyPem), null);
  }

  /**
   * One that an operator brings. Throws {@link IdentityException} when the certificate is not a
   * CA's, not good at this time or for less than {@link #EXPIRY_MIN} from now on, when the key is
   * another one's, or of a kind that is not accepted.
   */
  public static Authority own(String certificatePem, String keyPem, Instant now) {
    Authority own = parse(certificatePem, keyPem);
    Instant from = own.root.certificate().getNotBefore().toInstant();
    Instant until = own.root.expiresAt();
    if (now.isBefore(from) || now.plus(EXPIRY_MIN).isAfter(until)) {
      throw new IdentityException(
          "the CA certificate (%s) is good from %s until %s, and it is %s: make one that is good for longer"
              .formatted(own.root.subject(), from, until, now.truncatedTo(ChronoUnit.SECONDS)));
    }
    return own;
  }

  /**
   * This authority as the next one of a cluster. The old one signs its key too, so that a node that
   * trusts only the old root, since it was away when the others learned of the new one, trusts what
   * this one signs.
   */
  public Authority crossSignedBy(Authority old, Instant now, SecureRandom random) {
    old.requireCurrent(now);
    X509Certificate issuer = old.root.certificate();
    X509Certificate next = root.certificate();
    X500Principal name = next.getSubjectX500Principal();
    if (issuer.getBasicConstraints() == 0 && !name.equals(issuer.getSubjectX500Principal())) {
      throw new IdentityException(
          "the present CA (%s) may not sign another CA: its certificate has a path length of 0"
              .formatted(old.root.subject()));
    }
    Instant end =
        root.expiresAt().isBefore(old.root.expiresAt()) ? root.expiresAt() : old.root.expiresAt();
    X509Certificate signed =
        new CertificateWriter(
                issuer.getSubjectX500Principal(), name, next.getPublicKey(), from(now), end, random)
            .called(CertificateWriter.keyId(next))
            .signedBy(CertificateWriter.keyId(issuer))
            .root()
            .sign(new SigningKey(WHAT, old.key, random));
    return new Authority(root, key, signed);
  }

  /** With what {@link #crossCertificatePem} gave. */
  public Authority withCrossCertificate(String pem) {
    X509Certificate read = RootCertificate.parse(pem).certificate();
    X509Certificate own = root.certificate();
    if (!read.getPublicKey().equals(own.getPublicKey())
        || !read.getSubjectX500Principal().equals(own.getSubjectX500Principal())) {
      throw new IdentityException(
          "the cross-signed CA certificate (%s) is not for the CA (%s): it has another name or key"
              .formatted(new RootCertificate(read).subject(), root.subject()));
    }
    return new Authority(root, key, read);
  }

  /** This root's key as the old root signed it; nothing for the first one of a cluster. */
  public Optional<String> crossCertificatePem() {
    return Optional.ofNullable(cross).map(certificate -> new RootCertificate(certificate).pem());
  }

  public RootCertificate root() {
    return root;
  }

  /** For the sealed store, never for a log. */
  public String privateKeyPem() {
    return PrivateKeys.pem(key);
  }

  /**
   * A certificate for whoever sent the request, of which only the key is taken.
   *
   * @param expiry its life from now on, at least {@link #EXPIRY_MIN}; it ends with the root's at
   *     the latest
   */
  public CertificateChain sign(
      CertificateRequest request,
      NodeName name,
      NodeAddresses addresses,
      Duration expiry,
      Instant now,
      SecureRandom random) {
    if (expiry.compareTo(EXPIRY_MIN) < 0) {
      throw new IdentityException(
          "a certificate cannot expire after %s: the least is %s".formatted(expiry, EXPIRY_MIN));
    }
    requireCurrent(now);
    X509Certificate issuer = root.certificate();
    X509Certificate certificate =
        new CertificateWriter(
                issuer.getSubjectX500Principal(),
                name.subject(),
                request.publicKey(),
                from(now),
                until(now, expiry),
                random)
            .called(CertificateWriter.keyId(request.publicKey()))
            .signedBy(CertificateWriter.keyId(issuer))
            .node(addresses)
            .sign(new SigningKey(WHAT, key, random));
    return new CertificateChain(cross == null ? List.of(certificate) : List.of(certificate, cross));
  }

  private void requireCurrent(Instant now) {
    if (now.isAfter(root.expiresAt())) {
      throw new IdentityException(
          "%s expired at %s and signs no more: exchange it with docker swarm ca --rotate"
              .formatted(WHAT, root.expiresAt()));
    }
  }

  private static Instant from(Instant now) {
    return now.minus(BACKDATED).truncatedTo(ChronoUnit.SECONDS);
  }

  private Instant until(Instant now, Duration expiry) {
    Duration left = Duration.between(now, root.expiresAt());
    Instant until = now.plus(expiry.compareTo(left) < 0 ? expiry : left);
    return until.truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  public String toString() {
    return "Authority[%s, ***]".formatted(root);
  }
}
