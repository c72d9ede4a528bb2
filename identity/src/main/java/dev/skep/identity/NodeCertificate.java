package dev.skep.identity;

import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** A node's certificate with its private key. */
public final class NodeCertificate {
  /** As a half and four fifths of its life, in which it is renewed, as Swarm does. */
  private static final double RENEW_FROM = 0.5;

  private static final double RENEW_UNTIL = 0.8;

  private final CertificateChain chain;
  private final PrivateKey key;

  /** Throws {@link IdentityException} when the key is not the certificate's. */
  public NodeCertificate(CertificateChain chain, PrivateKey key) {
    if (!PrivateKeys.match(key, chain.leaf().getPublicKey())) {
      throw new IdentityException(
          "the certificate of %s and its private key do not belong together"
              .formatted(chain.name()));
    }
    this.chain = chain;
    this.key = key;
  }

  /** Of what {@link CertificateChain#pem} and {@link #privateKeyPem} wrote. */
  public static NodeCertificate parse(String chainPem, String keyPem) {
    return new NodeCertificate(
        CertificateChain.parse(chainPem), PrivateKeys.parse("the node's private key", keyPem));
  }

  public CertificateChain chain() {
    return chain;
  }

  public NodeName name() {
    return chain.name();
  }

  public PrivateKey privateKey() {
    return key;
  }

  /** For a file that only the daemon reads, never for a log. */
  public String privateKeyPem() {
    return PrivateKeys.pem(key);
  }

  public Instant expiresAt() {
    return chain.leaf().getNotAfter().toInstant();
  }

  public boolean isExpired(Instant now) {
    return now.isAfter(expiresAt());
  }

  /**
   * When to ask for the next one: between a half and four fifths of its life, by chance, so that
   * nodes that joined together do not come together. A moment that is past (the host was off for
   * months) means at once. Who asks and gets none tries again before long.
   */
  public Instant renewAt(RandomGenerator random) {
    Instant from = chain.leaf().getNotBefore().toInstant();
    Instant issued = from.plus(Authority.BACKDATED);
    Duration life = Duration.between(issued, expiresAt());
    if (life.isNegative()) {
      return from; // shorter than those that are made here
    }
    double part = random.nextDouble(RENEW_FROM, RENEW_UNTIL);
    return issued.plusMillis((long) (life.toMillis() * part));
  }

  @Override
  public String toString() {
    return "NodeCertificate[%s, until %s, ***]".formatted(name(), expiresAt());
  }
}
