package dev.skep.conf.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Sensitive;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real sockets: members of one swarm find each other, strangers get nowhere. */
@Timeout(120)
class BusClusterTest {
  private static final Sensitive SECRET = new Sensitive("skep-thesecretofthisswarm");
  private static final byte[] HUGE_PACKET =
      ByteBuffer.allocate(14)
          .put(new byte[] {'H', 'Z', 'C', 4, 0, 0})
          .putInt(-1)
          .putInt(Integer.MAX_VALUE)
          .array();

  /** For threads to end in, beside whatever else the machine does. */
  private static final Duration THREADS_END = Duration.ofSeconds(60);

  private final List<BusCluster> running = new ArrayList<>();

  @AfterEach
  void leave() throws Exception {
    for (BusCluster one : running.reversed()) {
      one.close().await(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void members_hear_each_other() throws Exception {
    Vertx one = start("127.91.1.1", SECRET).vertx();
    Vertx two = start("127.91.1.2", SECRET, "127.91.1.1").vertx();

    answer(two);

    assertThat(ask(one)).isEqualTo("to me");
  }

  @Test
  void who_does_not_know_the_secret_hears_nothing() throws Exception {
    Vertx one = start("127.91.2.1", SECRET).vertx();
    answer(one);

    Vertx other =
        start("127.91.2.2", new Sensitive("skep-thesecretofthatother"), "127.91.2.1").vertx();

    assertThatThrownBy(() -> ask(other)).hasMessageContaining("No handlers");
  }

  @Test
  void a_length_from_a_stranger_takes_no_memory_and_closes_the_connection() throws Exception {
    Vertx one = start("127.91.3.1", SECRET).vertx();

    assertThat(answerTo("127.91.3.1", BusCluster.PORT, HUGE_PACKET))
        .isLessThanOrEqualTo(BusProof.BYTES);

    Vertx two = start("127.91.3.2", SECRET, "127.91.3.1").vertx();
    answer(two);
    assertThat(ask(one)).isEqualTo("to me");
  }

  @Test
  void each_membership_takes_its_threads_with_it() throws Exception {
    round(); // what stays of the first is made once for all of them
    Set<Thread> before = threads();

    for (int i = 0; i < 3; i++) {
      round();
    }

    // Each ends shortly after it was told to.
    long end = System.nanoTime() + THREADS_END.toNanos();
    Set<Thread> left = left(before);
    while (!left.isEmpty() && System.nanoTime() < end) {
      var _ = left.iterator().next().join(Duration.ofMillis(100));
      left = left(before);
    }
    assertThat(left).isEmpty();
  }

  private static void round() throws Exception {
    BusCluster cluster = BusCluster.start("rounds", SECRET, "127.91.4.1", List.of(), random());
    cluster.vertx().eventBus().consumer("anything", message -> {});
    cluster.close().await(30, TimeUnit.SECONDS);
  }

  private static Set<Thread> left(Set<Thread> before) {
    Set<Thread> left = threads();
    left.removeAll(before);
    return left;
  }

  /** Those of the bus that live. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("(vertx-hazelcast|hz\\.|vert\\.x-).*"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void a_taken_port_is_named_in_one_line() throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress("127.91.5.1", BusCluster.PORT));

      assertThatThrownBy(() -> start("127.91.5.1", SECRET))
          .isInstanceOf(BusException.class)
          .hasMessage(
              "cannot listen on 127.91.5.1:5701, where the swarm's nodes find each other: address already in use");
    }
  }

  private BusCluster start(String address, Sensitive secret, String... others) {
    BusCluster cluster = BusCluster.start("a-swarm", secret, address, List.of(others), random());
    running.add(cluster);
    return cluster;
  }

  private static void answer(Vertx vertx) throws Exception {
    vertx
        .eventBus()
        .consumer("question", message -> message.reply("to " + message.body()))
        .completion()
        .await(20, TimeUnit.SECONDS);
  }

  private static SecureRandom random() {
    return new SecureRandom();
  }

  private static String ask(Vertx vertx) throws Exception {
    return vertx.eventBus().<String>request("question", "me").await(20, TimeUnit.SECONDS).body();
  }

  /** How many bytes come back before the connection is closed. */
  private static int answerTo(String host, int port, byte[] sent) throws IOException {
    try (Socket socket = new Socket(host, port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(sent);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      int bytes = 0;
      while (in.read() >= 0) {
        bytes++;
      }
      return bytes;
    } catch (SocketException e) {
      return 0; // it was cut off before all that was sent was read
    }
  }
}
