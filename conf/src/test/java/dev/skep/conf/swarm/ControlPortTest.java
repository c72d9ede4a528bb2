package dev.skep.conf.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.conf.swarm.ControlMessages.Joined;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.memory.MemoryStore;
import dev.skep.store.model.Node;
import dev.skep.store.model.Sensitive;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@Timeout(60)
class ControlPortTest {
  private static final String HOST = "127.92.0.1";
  private static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");

  private Vertx vertx;
  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(1);
  private Identity manager;
  private ControlPort port;

  @BeforeEach
  void listen(Vertx vertx) {
    this.vertx = vertx;
    manager = identity(FreePort.at(HOST));
    Await.result(
        store.commit(
            FoundingRequest.objects(
                new InitRequest(null, null, null, null, null, null, null, null, null, null),
                manager,
                "one",
                NOW,
                random)));
    port = Await.result(ControlPort.listen(vertx, store, manager, () -> NOW, random));
  }

  @AfterEach
  void close() {
    Await.result(port.close());
  }

  @Test
  void a_host_with_the_workers_token_becomes_a_node() throws Exception {
    Joined joined = ask(new Join(token(), "two", "127.92.0.2", null));

    assertThat(store.state().node(joined.nodeId()).map(Node::name)).contains("two");
    assertThat(joined.busSecret()).isEqualTo(manager.busSecret());
    assertThat(joined.nodeKey())
        .isEqualTo(store.state().node(joined.nodeId()).orElseThrow().key())
        .isNotEqualTo(manager.nodeKey());
    assertThat(joined.members()).containsExactly("127.92.0.1", "127.92.0.2");
  }

  @Test
  void hosts_that_join_and_are_never_heard_of_do_not_fill_the_swarm() throws Exception {
    for (int i = 1; i < 200; i++) { // the founder of this test was not heard of either
      ask(new Join(token(), "ghost-" + i, "127.92.0.2", null));
    }
    assertThatThrownBy(() -> ask(new Join(token(), "one-more", "127.92.0.2", null)))
        .hasMessageContaining("were never heard of")
        .hasMessageContaining("docker node rm");
  }

  @Test
  void what_a_host_says_of_itself_is_checked_before_it_is_a_node() {
    assertRefused(
        new Join(token(), "tw\no", "127.92.0.2", null), "invalid name of a node: \"tw?o\"");
    assertRefused(new Join(token(), null, "127.92.0.2", null), "invalid name of a node: \"\"");
    assertRefused(
        new Join(token(), "two", "8.8.8.8", null), "invalid address of a node: \"8.8.8.8\"");
    assertRefused(new Join(token(), "two", null, null), "invalid address of a node: \"\"");
    assertRefused(new Join(token(), "two", "127.92.0.2", "on"), "invalid Availability: \"on\"");
    assertRefused(new Join(null, "two", "127.92.0.2", null), "invalid join token");
    assertThat(store.state().nodes()).hasSize(1);
  }

  @Test
  void a_body_that_announces_too_much_is_not_read() throws Exception {
    assertThat(send(head("Content-Length: 4294967296"), new byte[0], 0)).startsWith("HTTP/1.1 413");
  }

  @Test
  void a_body_in_chunks_is_cut_where_it_is_too_long() throws Exception {
    byte[] part = ("10000\r\n" + "a".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);

    String answer = send(head("Transfer-Encoding: chunked"), part, 4_000);

    assertThat(answer).startsWith("HTTP/1.1 413").contains("longer than 65536 bytes");
  }

  @Test
  void what_is_no_request_to_join_is_answered_in_words() throws Exception {
    assertThat(send(head("Content-Length: 2"), "[]".getBytes(StandardCharsets.US_ASCII), 1))
        .startsWith("HTTP/1.1 400")
        .contains("no request of a Skep daemon to join");
  }

  @Test
  void a_crowd_that_says_nothing_is_not_let_in() throws Exception {
    List<Socket> crowd = new ArrayList<>();
    try {
      int closed = 0;
      for (int i = 0; i < 80; i++) {
        crowd.add(new Socket(HOST, manager.controlPort()));
      }
      for (Socket one : crowd.subList(64, 80)) {
        one.setSoTimeout(10_000);
        closed += one.getInputStream().read() < 0 ? 1 : 0;
      }
      assertThat(closed).isEqualTo(16);
    } finally {
      for (Socket one : crowd) {
        one.close();
      }
    }
  }

  @Test
  void a_taken_port_is_told_in_one_line() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      Identity other = identity(taken.getLocalPort());

      assertThatThrownBy(
              () -> Await.result(ControlPort.listen(vertx, store, other, () -> NOW, random)))
          .isInstanceOf(MembershipException.class)
          .hasMessage(
              "cannot listen on the control port %s:%d: address already in use; free it or give another with --listen-addr"
                  .formatted(HOST, taken.getLocalPort()));
    }
  }

  private Joined ask(Join join) throws Exception {
    return Await.result(ControlClient.ask(vertx, HOST, manager.controlPort(), join));
  }

  private void assertRefused(Join join, String words) {
    assertThatThrownBy(() -> ask(join)).isInstanceOf(MembershipException.class).hasMessage(words);
  }

  private Sensitive token() {
    return Objects.requireNonNull(store.state().cluster().orElseThrow().joinTokens()).worker();
  }

  private static byte[] head(String length) {
    return ("POST /skep/v1/join HTTP/1.1\r\nHost: x\r\n" + length + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** What comes back; what is sent after the answer may find nobody who takes it. */
  private String send(byte[] head, byte[] part, int times) throws IOException {
    try (Socket socket = new Socket(HOST, manager.controlPort())) {
      socket.setSoTimeout(20_000);
      Thread.ofVirtual()
          .start(() -> {
            try {
              OutputStream out = socket.getOutputStream();
              out.write(head);
              for (int i = 0; i < times; i++) {
                out.write(part);
              }
            } catch (IOException e) {
              // It was closed, as it should be.
            }
          });
      return all(socket.getInputStream());
    }
  }

  /** All that comes: the port ends the connection behind its answer, maybe without a good-bye. */
  private static String all(InputStream in) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      in.transferTo(answer);
    } catch (SocketException e) {
      // What came before is the answer.
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static Identity identity(int port) {
    return new Identity(
        "node0000000000000000000000",
        "cluster00000000000000000",
        "manager",
        HOST,
        port,
        new Sensitive("skep-secret"),
        new Sensitive("A".repeat(43)),
        List.of(),
        List.of(HOST));
  }
}
