package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.identity.NodeName.Role;
import dev.skep.identity.tls.LiveIdentity;
import dev.skep.store.raft.transport.GrpcTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who is no manager gets nothing from a member's listener, and changes nothing. */
@Execution(ExecutionMode.CONCURRENT)
class StrangersTest {
  private static final int ANSWER_MILLIS = 10_000;

  /** What an HTTP/2 client says first. */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;

  private final TlsLinks links = new TlsLinks();

  @Test
  void are_refused_whatever_they_show() throws Exception {
    try (Group group = Group.grown(directory, links, "m1", "m2")) {
      InetSocketAddress at = group.store("m1").listens().orElseThrow();
      assertThat(at.getAddress().isLoopbackAddress()).isTrue();
      assertThat(spoken(at, links.identity("m9", Role.MANAGER))).isTrue();

      assertThat(spoken(at, links.identity("w1", Role.WORKER))).as("a worker").isFalse();
      assertThat(spoken(at, new TlsLinks().identity("m1", Role.MANAGER)))
          .as("a manager of another swarm")
          .isFalse();
      assertThat(spoken(at, null)).as("one without a certificate").isFalse();
      assertThat(answered(at, PREFACE)).as("one without TLS").isFalse();
      group.commit("m1", "web");
      assertThat(group.settle()).containsExactly("web");
    }
  }

  /** The worker's own client does not get so far as to ask. */
  @Test
  void cannot_hand_over_a_transaction() throws Exception {
    try (Group group = Group.grown(directory, links, "m1", "m2")) {
      RaftPeer target =
          RaftPeer.newBuilder().setId("m1").setAddress(group.address("m1").toString()).build();
      RaftClientRequest request =
          RaftClientRequest.newBuilder()
              .setClientId(ClientId.randomId())
              .setServerId(target.getId())
              .setGroupId(
                  RaftGroupId.valueOf(UUID.fromString(group.store("m1").invitation().group())))
              .setCallId(1)
              .setMessage(Message.valueOf("anything"))
              .setType(RaftClientRequest.writeRequestType())
              .build();
      try (GrpcTransport worker = new GrpcTransport(links.network("w1", Role.WORKER, at -> {}))) {
        assertThatThrownBy(() -> worker.send(target, request)).isInstanceOf(IOException.class);
      }
      assertThat(group.settle()).isEmpty();
    }
  }

  /** Whether the listener answers an HTTP/2 client with this identity. */
  private static boolean spoken(InetSocketAddress at, @Nullable LiveIdentity identity)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        identity == null ? new KeyManager[0] : new KeyManager[] {identity.keys()},
        new TrustManager[] {new TrustAll()},
        new SecureRandom());
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
      socket.connect(at, ANSWER_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      socket.getOutputStream().write(PREFACE);
      return socket.getInputStream().read() >= 0;
    } catch (SSLException | SocketException e) {
      return false;
    }
  }

  private static boolean answered(InetSocketAddress at, byte[] said) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(at, ANSWER_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write(said);
      try (InputStream in = socket.getInputStream()) {
        byte[] answer = in.readNBytes(9);
        // A TLS alert is an answer too, but none of HTTP/2.
        return answer.length > 0 && answer[0] == 0;
      }
    } catch (SocketException e) {
      return false;
    }
  }

  /** A client that takes any server for the right one. */
  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      // whoever it is
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      // whoever it is
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      // whoever it is
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      // whoever it is
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      // whoever it is
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      // whoever it is
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
