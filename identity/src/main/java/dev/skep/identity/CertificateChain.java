package dev.skep.identity;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A node's certificate, and after it those that lead from it to a root, without the root. Whether
 * they do lead there is for whoever trusts a root to find out.
 *
 * @param certificates the node's own first; 1 to {@link #LENGTH_MAX}
 */
public record CertificateChain(List<X509Certificate> certificates) {
  /** The node's own, and while a root is exchanged the new root as the old one signed it. */
  public static final int LENGTH_MAX = 2;

  private static final String WHAT = "the node's certificate";

  public CertificateChain {
    certificates = List.copyOf(certificates);
    if (certificates.isEmpty() || certificates.size() > LENGTH_MAX) {
      throw new IdentityException(
          "%s comes as %d certificates where 1 to %d belong"
              .formatted(WHAT, certificates.size(), LENGTH_MAX));
    }
    NodeName.of(certificates.getFirst());
  }

  /** Throws {@link IdentityException} when it is none, or damaged. */
  public static CertificateChain parse(String pem) {
    return new CertificateChain(Pem.certificates(WHAT, pem));
  }

  public String pem() {
    return Pem.write(certificates);
  }

  /** The node's own certificate. */
  public X509Certificate leaf() {
    return certificates.getFirst();
  }

  public NodeName name() {
    return NodeName.of(leaf());
  }

  @Override
  public String toString() {
    return "CertificateChain[%s, until %s]".formatted(name(), leaf().getNotAfter().toInstant());
  }
}
