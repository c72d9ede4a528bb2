package dev.skep.identity.tls;

import dev.skep.identity.IdentityException;
import dev.skep.identity.NodeName;
import dev.skep.identity.RootCertificate;
import dev.skep.identity.tls.LiveIdentity.Present;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Trusts nodes of this node's cluster whose certificates lead to a root that is trusted at present,
 * as far as the caller admits them.
 */
final class LiveTrust extends PeerTrust {
  private final Supplier<Present> present;
  private final InstantSource clock;
  private final Predicate<X509Certificate> admitted;
  private final boolean expiredClients;

  /**
   * @param expiredClients whether a client may come whose certificate was good once
   */
  LiveTrust(
      Supplier<Present> present,
      InstantSource clock,
      Predicate<X509Certificate> admitted,
      boolean expiredClients) {
    this.present = present;
    this.clock = clock;
    this.admitted = admitted;
    this.expiredClients = expiredClients;
  }

  @Override
  void admitClient(X509Certificate[] chain, PeerPath.Question question)
      throws CertificateException {
    Instant now = clock.instant();
    Instant expired = PeerPath.leaf(chain).getNotAfter().toInstant();
    admit(chain, question, expiredClients && now.isAfter(expired) ? expired : now);
  }

  @Override
  void admitServer(X509Certificate[] chain, PeerPath.Question question)
      throws CertificateException {
    admit(chain, question, clock.instant());
  }

  private void admit(X509Certificate[] chain, PeerPath.Question question, Instant time)
      throws CertificateException {
    Present ours = present.get();
    PeerPath.check(question, chain, ours.roots(), time);
    X509Certificate leaf = PeerPath.leaf(chain);
    try {
      NodeName name = NodeName.of(leaf);
      if (!name.clusterId().equals(ours.certificate().name().clusterId())) {
        throw new CertificateException("%s is in another cluster".formatted(name));
      }
      if (!admitted.test(leaf)) {
        throw new CertificateException("%s is not admitted here".formatted(name));
      }
    } catch (IdentityException e) {
      throw new CertificateException(e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new CertificateException("the peer cannot be checked", e);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return present.get().roots().stream()
        .map(RootCertificate::certificate)
        .toArray(X509Certificate[]::new);
  }
}
