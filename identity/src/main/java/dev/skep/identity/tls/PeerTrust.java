package dev.skep.identity.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A trust manager that answers only where it sees the connection: without it neither the version of
 * TLS nor the address could be checked.
 */
abstract class PeerTrust extends X509ExtendedTrustManager {
  /** Whether a client may come in; {@code question} asks the JDK about its chain. */
  abstract void admitClient(X509Certificate[] chain, PeerPath.Question question)
      throws CertificateException;

  /** Whether a server is the one meant; {@code question} asks the JDK about its chain. */
  abstract void admitServer(X509Certificate[] chain, PeerPath.Question question)
      throws CertificateException;

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    PeerPath.requireTls13(engine.getHandshakeSession());
    admitClient(chain, (jdk, path) -> jdk.checkClientTrusted(path, type, engine));
  }

  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    PeerPath.requireTls13(engine.getHandshakeSession());
    admitServer(chain, (jdk, path) -> jdk.checkServerTrusted(path, type, engine));
  }

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    PeerPath.requireTls13(tls(socket).getHandshakeSession());
    admitClient(chain, (jdk, path) -> jdk.checkClientTrusted(path, type, socket));
  }

  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    PeerPath.requireTls13(tls(socket).getHandshakeSession());
    admitServer(chain, (jdk, path) -> jdk.checkServerTrusted(path, type, socket));
  }

  private static SSLSocket tls(Socket socket) throws CertificateException {
    if (socket instanceof SSLSocket tls) {
      return tls;
    }
    throw unseen();
  }

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String type)
      throws CertificateException {
    throw unseen();
  }

  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String type)
      throws CertificateException {
    throw unseen();
  }

  private static CertificateException unseen() {
    return new CertificateException("a peer is trusted on a TLS connection only");
  }
}
