package dev.skep.identity.tls;

import dev.skep.identity.IdentityException;
import dev.skep.identity.NodeCertificate;
import dev.skep.identity.NodeName;
import dev.skep.identity.RootCertificate;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Who this node is at present and whom it trusts, for all that speaks TLS with other nodes. Both
 * may be exchanged at any time: each new handshake takes the new ones, and open connections stay.
 *
 * <p>Its managers speak TLS 1.3 only, however the connection was set up: under an older version
 * they show no certificate and trust nobody. They trust nodes of this node's cluster only. No
 * tolerance for clocks is needed: certificates begin an hour before they are made, and are renewed
 * long before their end. Safe for use by several threads.
 */
public final class LiveIdentity {
  /** What to allow, where a component asks for versions. */
  public static final List<String> PROTOCOLS = List.of(PeerPath.PROTOCOL);

  /**
   * As many exchanges a handshake may last between its choice of a key and its use: some
   * microseconds. Older ones fail, and are tried again by whoever connects.
   */
  private static final int KEPT = 4;

  /**
   * @param alias what TLS calls this key; never the same for two
   * @param shown the chain with the roots at its end: a joining host knows only the digest of one
   */
  record Present(
      NodeCertificate certificate,
      List<RootCertificate> roots,
      String alias,
      List<X509Certificate> shown) {}

  private final InstantSource clock;
  private final Deque<Present> latest = new ArrayDeque<>(); // the present one first
  private long exchanges;

  /**
   * @param roots one, or all that are trusted while a root is exchanged
   */
  public LiveIdentity(
      NodeCertificate certificate, List<RootCertificate> roots, InstantSource clock) {
    this.clock = clock;
    exchange(certificate, roots);
  }

  /**
   * From now on this node shows this certificate and trusts these roots. Throws {@link
   * IdentityException}, and leaves all as it was, where the certificate does not lead to one of the
   * roots: no other node would trust it. An expired one passes, since it is needed to ask for the
   * next.
   */
  public synchronized void exchange(NodeCertificate certificate, List<RootCertificate> roots) {
    if (roots.isEmpty() || roots.size() > RootCertificate.TRUSTED_MAX) {
      throw new IdentityException(
          "cannot trust %d roots: give 1 to %d"
              .formatted(roots.size(), RootCertificate.TRUSTED_MAX));
    }
    List<X509Certificate> shown =
        Stream.concat(
                certificate.chain().certificates().stream(),
                roots.stream().map(RootCertificate::certificate))
            .toList();
    try {
      PeerPath.check(
          (jdk, path) -> jdk.checkClientTrusted(path, PeerPath.ANY_KEY),
          shown.toArray(X509Certificate[]::new),
          roots,
          certificate.expiresAt());
    } catch (CertificateException e) {
      throw new IdentityException(
          "the certificate of %s does not lead to a root that is trusted: get a new one, or join again"
              .formatted(certificate.name()),
          e);
    }
    latest.addFirst(new Present(certificate, List.copyOf(roots), "node" + exchanges, shown));
    exchanges++;
    if (latest.size() > KEPT) {
      latest.removeLast();
    }
  }

  /** From now on this node trusts these roots. */
  public synchronized void trustOnly(List<RootCertificate> roots) {
    exchange(certificate(), roots);
  }

  public NodeCertificate certificate() {
    return present().certificate();
  }

  public List<RootCertificate> roots() {
    return present().roots();
  }

  private synchronized Present present() {
    return latest.getFirst();
  }

  private synchronized @Nullable Present byAlias(String alias) {
    return latest.stream().filter(one -> one.alias().equals(alias)).findFirst().orElse(null);
  }

  /** This node's certificate and key, for servers and clients. */
  public X509ExtendedKeyManager keys() {
    return new LiveKeys(this::present, this::byAlias);
  }

  /**
   * Trusts nodes of this cluster, at the address that a client connects to where the client asks
   * for that (endpoint identification "HTTPS").
   *
   * @param admitted which of them: asked in each full handshake, with the peer's own certificate,
   *     after all else was found good; {@link NodeName#of} reads it. It must not block
   */
  public X509ExtendedTrustManager trust(Predicate<X509Certificate> admitted) {
    return new LiveTrust(this::present, clock, admitted, false);
  }

  /**
   * As {@link #trust}, and clients come in too whose certificate has expired but was good until
   * then: nodes that were off for months, which come for a new one. Whoever uses it lets a client
   * do nothing else before {@link #requirePeer} has found it good.
   */
  public X509ExtendedTrustManager trustExpiredClients(Predicate<X509Certificate> admitted) {
    return new LiveTrust(this::present, clock, admitted, true);
  }

  /**
   * Of {@link #keys} and {@link #trust}. Whether a client must show a certificate, a server says.
   */
  public SSLContext context(Predicate<X509Certificate> admitted) {
    return context(keys(), trust(admitted));
  }

  static SSLContext context(@Nullable KeyManager keys, TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance(PeerPath.PROTOCOL);
      context.init(
          keys == null ? new KeyManager[0] : new KeyManager[] {keys},
          new TrustManager[] {trust},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }

  /**
   * Who the peer of a connection is, when it is trusted now; to be called after each handshake,
   * since a resumed session asks no trust manager, and on old connections when somebody was removed
   * or a root exchanged. The address is not compared again. Throws {@link IdentityException} when
   * the peer showed no certificate, or is not trusted, or not admitted.
   */
  public NodeName requirePeer(SSLSession session, Predicate<X509Certificate> admitted) {
    try {
      X509Certificate[] chain =
          Arrays.stream(session.getPeerCertificates())
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      PeerPath.requireTls13(session);
      new LiveTrust(this::present, clock, admitted, false)
          .admitClient(chain, (jdk, path) -> jdk.checkClientTrusted(path, PeerPath.ANY_KEY));
      return NodeName.of(chain[0]);
    } catch (SSLPeerUnverifiedException e) {
      throw new IdentityException(
          "the peer has shown no certificate: only nodes of this cluster have one", e);
    } catch (CertificateException e) {
      throw new IdentityException(
          "the peer's certificate is not trusted: %s".formatted(e.getMessage()), e);
    }
  }

  @Override
  public String toString() {
    return "LiveIdentity[%s]".formatted(certificate());
  }
}
