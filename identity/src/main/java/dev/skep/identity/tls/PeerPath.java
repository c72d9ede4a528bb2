package dev.skep.identity.tls;

import dev.skep.identity.RootCertificate;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The JDK's own rules for a peer's chain of certificates: PKIX (RFC 5280), names, purposes. */
final class PeerPath {
  static final String PROTOCOL = "TLSv1.3";

  /** What TLS 1.3 says in place of a kind of key, which the JDK does not look at for clients. */
  static final String ANY_KEY = "UNKNOWN";

  private PeerPath() {}

  /** How the JDK is asked: about a client or a server, on which connection. */
  @FunctionalInterface
  interface Question {
    void ask(X509ExtendedTrustManager jdk, X509Certificate[] path) throws CertificateException;
  }

  /**
   * Whether a chain leads to one of the roots and is good at a time. Where it is not, the exception
   * says why in an operator's words.
   */
  static void check(
      Question question, X509Certificate[] chain, List<RootCertificate> roots, Instant time)
      throws CertificateException {
    X509Certificate leaf = leaf(chain);
    try {
      question.ask(jdk(roots, time), path(chain, roots, time));
    } catch (GeneralSecurityException e) {
      Instant from = leaf.getNotBefore().toInstant();
      Instant until = leaf.getNotAfter().toInstant();
      if (time.isBefore(from) || time.isAfter(until)) {
        throw new CertificateException(
            "the peer's certificate is good from %s until %s, and it is %s here: look at both hosts' clocks"
                .formatted(from, until, time),
            e);
      }
      if (isOfPath(e) || isOfPath(e.getCause())) {
        throw new CertificateException(
            "the peer's certificate does not lead to a root that is trusted here", e);
      }
      throw new CertificateException(e.getMessage(), e); // of addresses and purposes: plain words
    }
  }

  private static boolean isOfPath(@Nullable Throwable e) {
    return e instanceof CertPathBuilderException || e instanceof CertPathValidatorException;
  }

  /**
   * The certificates from the peer's own to the one that a root signed. The peer may show others,
   * such as a root that is not known here. Where these have one name, as a cluster's old and new
   * root do, the JDK's trust manager would take them for parts of the path; its builder does not.
   */
  private static X509Certificate[] path(
      X509Certificate[] chain, List<RootCertificate> roots, Instant time)
      throws GeneralSecurityException {
    List<X509Certificate> others =
        Stream.of(chain)
            .skip(1)
            .filter(one -> roots.stream().noneMatch(root -> root.certificate().equals(one)))
            .toList();
    if (others.isEmpty()) {
      return new X509Certificate[] {chain[0]};
    }
    PKIXBuilderParameters parameters = parameters(roots, time);
    X509CertSelector leaf = new X509CertSelector();
    leaf.setCertificate(chain[0]);
    parameters.setTargetCertConstraints(leaf);
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(chain))));
    return CertPathBuilder.getInstance("PKIX")
        .build(parameters)
        .getCertPath()
        .getCertificates()
        .toArray(X509Certificate[]::new);
  }

  /** A new one for each check: they have their time from the start. */
  private static X509ExtendedTrustManager jdk(List<RootCertificate> roots, Instant time)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(parameters(roots, time)));
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private static PKIXBuilderParameters parameters(List<RootCertificate> roots, Instant time)
      throws GeneralSecurityException {
    PKIXBuilderParameters parameters =
        new PKIXBuilderParameters(
            roots.stream()
                .map(root -> new TrustAnchor(root.certificate(), null))
                .collect(Collectors.toSet()),
            null);
    parameters.setRevocationEnabled(false); // removed nodes are the caller's predicate's business
    parameters.setDate(Date.from(time));
    return parameters;
  }

  /** Refuses what is older than TLS 1.3, or not known. */
  static void requireTls13(@Nullable SSLSession handshake) throws CertificateException {
    if (!isTls13(handshake)) {
      throw new CertificateException("the peer does not speak TLS 1.3");
    }
  }

  static boolean isTls13(@Nullable SSLSession handshake) {
    return handshake != null && PROTOCOL.equals(handshake.getProtocol());
  }

  /** The peer's own certificate. */
  static X509Certificate leaf(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0) {
      throw new CertificateException("the peer has no certificate");
    }
    return chain[0];
  }
}
