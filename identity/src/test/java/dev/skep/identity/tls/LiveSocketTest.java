package dev.skep.identity.tls;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.identity.NodeCertificate;
import dev.skep.identity.NodeName;
import dev.skep.identity.TestCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** The same trust where a component uses sockets instead of engines. */
class LiveSocketTest {
  private static final int TIMEOUT_MILLIS = 30_000;

  private final TestCluster cluster = new TestCluster("c1", 1);
  private final LiveIdentity manager = live(cluster.manager("m1"));
  private final LiveIdentity worker = live(cluster.worker("w1"));

  @Test
  void nodes_know_each_other() throws Exception {
    NodeName seen =
        accept(
            certificate -> true,
            session -> manager.requirePeer(session, certificate -> true),
            "TLSv1.3");
    assertThat(seen).isEqualTo(new NodeName("w1", NodeName.Role.WORKER, "c1"));
  }

  @Test
  void who_is_not_admitted_is_refused() {
    assertThatThrownBy(() ->
            accept(
                certificate -> NodeName.of(certificate).isManager(),
                session -> manager.certificate().name(),
                "TLSv1.3"))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLException.class)
        .hasStackTraceContaining("worker w1 of cluster c1 is not admitted here");
  }

  @Test
  void speaks_tls_13_only() {
    assertThatThrownBy(
            () -> accept(certificate -> true, session -> manager.certificate().name(), "TLSv1.2"))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLException.class);
  }

  private interface Look {
    NodeName at(SSLSession session) throws IOException;
  }

  /** What the server sees of a client; fails with the server's failure. */
  private NodeName accept(Predicate<X509Certificate> admitted, Look look, String version)
      throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (SSLServerSocket listener =
        (SSLServerSocket)
            manager.context(admitted).getServerSocketFactory().createServerSocket(0, 1, loopback)) {
      listener.setNeedClientAuth(true);
      listener.setSoTimeout(TIMEOUT_MILLIS);
      CompletableFuture<NodeName> seen = new CompletableFuture<>();
      Thread server = Thread.ofPlatform().start(() -> serve(listener, look, seen));
      try (SSLSocket client =
          (SSLSocket)
              worker
                  .context(certificate -> NodeName.of(certificate).isManager())
                  .getSocketFactory()
                  .createSocket(loopback, listener.getLocalPort())) {
        client.setEnabledProtocols(new String[] {version});
        client.setSoTimeout(TIMEOUT_MILLIS);
        client.startHandshake();
        client.getInputStream().read();
      } catch (IOException e) {
        // told by the server
      }
      NodeName name = seen.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
      server.join(TIMEOUT_MILLIS);
      return name;
    }
  }

  private static void serve(SSLServerSocket listener, Look look, CompletableFuture<NodeName> seen) {
    try (SSLSocket peer = (SSLSocket) listener.accept()) {
      peer.setSoTimeout(TIMEOUT_MILLIS);
      peer.startHandshake();
      seen.complete(look.at(peer.getSession()));
    } catch (IOException | RuntimeException e) {
      seen.completeExceptionally(e);
    }
  }

  private LiveIdentity live(NodeCertificate certificate) {
    return new LiveIdentity(certificate, cluster.roots(), () -> NOW);
  }
}
