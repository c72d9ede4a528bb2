package dev.skep.identity.tls;

import dev.skep.identity.IdentityException;
import dev.skep.identity.NodeName;
import dev.skep.identity.RootCertificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * What a joining host trusts, which knows the swarm from its join token only: a manager whose chain
 * of certificates leads to the one root that has the token's digest, and holds that root. Nobody
 * else, and no client.
 */
public final class PinnedTrust extends PeerTrust {
  private static final Pattern DIGEST =
      Pattern.compile("[0-9a-z]{%d}".formatted(RootCertificate.DIGEST_LENGTH));

  private final String digest;
  private final InstantSource clock;

  /**
   * @param digest of the root, as {@link RootCertificate#digest} writes it
   */
  public PinnedTrust(String digest, InstantSource clock) {
    if (!DIGEST.matcher(digest).matches()) {
      throw new IdentityException(
          "the digest in the join token does not have %d digits: copy the whole token"
              .formatted(RootCertificate.DIGEST_LENGTH));
    }
    this.digest = digest;
    this.clock = clock;
  }

  /** For a client that shows no certificate, since it has none yet. */
  public SSLContext context() {
    return LiveIdentity.context(null, this);
  }

  @Override
  void admitServer(X509Certificate[] chain, PeerPath.Question question)
      throws CertificateException {
    try {
      PeerPath.check(question, chain, List.of(pinned(chain)), clock.instant());
      NodeName name = NodeName.of(PeerPath.leaf(chain));
      if (!name.isManager()) {
        throw new CertificateException("%s cannot let anybody join: ask a manager".formatted(name));
      }
    } catch (IdentityException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  private RootCertificate pinned(X509Certificate[] chain) throws CertificateException {
    return Arrays.stream(chain)
        .filter(certificate -> certificate.getBasicConstraints() >= 0)
        .map(RootCertificate::new)
        .filter(root -> root.digest().equals(digest))
        .findFirst()
        .orElseThrow(() ->
            new CertificateException(
                "the join token is not this swarm's: its digest is not that of the swarm's CA; take the present token from docker swarm join-token"));
  }

  @Override
  void admitClient(X509Certificate[] chain, PeerPath.Question question)
      throws CertificateException {
    throw new CertificateException("who joins is no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
