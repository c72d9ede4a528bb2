package dev.skep.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.RecordingEngine;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.RawClient;
import dev.skep.store.state.ClusterState;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URLDecoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests whose bytes are odd in all ways: disguised targets, upgrades, framing, sizes, chunks,
 * cuts and half-closes, while another body is under way. Each is answered and ends, a refusal
 * changes nothing, no server's error comes that the contract lacks, and nothing that is about the
 * swarm reaches the engine. {@code -Dskep.fuzz.inputs} for more of them, {@code -Dskep.seed} for
 * others.
 */
class WireFuzzTest {
  private static final int INPUTS = Integer.getInteger("skep.fuzz.inputs", 3_000);
  private static final long SEED = Long.getLong("skep.seed", 1);

  /** Errors of Go's server for heads that it cannot serve. */
  private static final Set<Integer> SERVER_ERRORS = Set.of(501, 505);

  private static final Pattern ABOUT_THE_SWARM =
      Pattern.compile(
          "(/v[0-9.]+)?/(swarm|services|nodes|tasks|secrets|configs)(/[^/]+(/(update|logs))?)?");

  /** The engine's own answer to a method that such an endpoint does not have is 404. */
  private static final Set<String> METHODS = Set.of("GET", "POST", "DELETE");

  @TempDir Path directory;
  private RecordingEngine engine;
  private GatewayFixture gateway;

  @BeforeEach
  void open() throws IOException {
    engine = new RecordingEngine(directory.resolve("engine.sock"));
    gateway = new GatewayFixture(engine.endpoint()).asManager();
  }

  @AfterEach
  void close() throws IOException {
    gateway.close();
    engine.close();
  }

  @Test
  void every_request_is_answered_and_none_about_the_swarm_reaches_the_engine() throws Exception {
    int answered = 0;
    for (int i = 0; i < INPUTS; i++) {
      SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
      String request = new WireMutator(random).request();
      int[] cuts = cuts(random, request.length());
      String what =
          "input %d: %s".formatted(i, request.substring(0, Math.min(600, request.length())));
      ClusterState before = gateway.store().state();
      engine.asked().clear();
      String answer;
      SocketChannel other = bodyUnderWay(random.nextInt(20) == 0);
      try {
        answer = RawClient.talk(gateway.socket.path(), request, true, cuts);
      } catch (AssertionError e) {
        throw new AssertionError(what, e);
      } finally {
        other.close();
      }
      check(what, answer, before);
      answered += answer.startsWith("HTTP/1.1 2") ? 1 : 0;
      engine.asked().forEach(asked -> checkAsked(what, asked));
    }
    assertThat(answered).as("some are right").isGreaterThan(INPUTS / 20);
  }

  private void check(String what, String answer, ClusterState before) {
    assertThat(answer).as(what).matches("(?s)HTTP/1\\.[01] \\d{3} .*");
    int status = Integer.parseInt(answer.substring(9, 12));
    if (status >= 500 && !(status == 503 && answer.contains("already part of a swarm"))) {
      assertThat(SERVER_ERRORS).as(what + "\n-> " + answer).contains(status);
    }
    if (!answer.contains("HTTP/1.1 2") && !answer.contains("HTTP/1.0 2")) {
      assertThat(gateway.store().state()).as(what + "\n-> " + answer).isSameAs(before);
    }
  }

  /** Read by other means than the gateway's own: decoded whole, then compared. */
  private static void checkAsked(String what, String asked) {
    String[] parts = asked.split(" ", 3);
    String path = parts[1].replaceFirst("[?#].*", "").replaceFirst("(?i)^[a-z]+:/*[^/]*", "");
    String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
    String clean = decoded.replaceAll("/+", "/").replaceAll("/\\.(?=/)", "");
    assertThat(METHODS.contains(parts[0].toUpperCase(Locale.ROOT)) && isServed(parts[0], clean))
        .as(what + "\nreached the engine as " + asked)
        .isFalse();
  }

  /** Whether the engine has such an endpoint. */
  private static boolean isServed(String method, String path) {
    if (!ABOUT_THE_SWARM.matcher(path).matches()) {
      return false;
    }
    String[] parts = path.replaceFirst("^/v[0-9.]+", "").substring(1).split("/");
    boolean swarm = parts[0].equals("swarm");
    return switch (method) {
      case "GET" ->
          swarm
              ? parts.length == 1 || parts[1].equals("unlockkey")
              : parts.length < 3
                  || (parts[2].equals("logs") && List.of("services", "tasks").contains(parts[0]));
      case "POST" ->
          swarm
              ? parts.length == 2
                  && List.of("init", "join", "leave", "update", "unlock").contains(parts[1])
              : parts.length == 3
                  ? parts[2].equals("update") && !parts[0].equals("tasks")
                  : parts.length == 2
                      && parts[1].equals("create")
                      && List.of("services", "secrets", "configs").contains(parts[0]);
      case "DELETE" -> !swarm && parts.length == 2 && !parts[0].equals("tasks");
      default -> false;
    };
  }

  /** A client that has sent half of a body, or nothing at all. */
  private SocketChannel bodyUnderWay(boolean half) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    if (!half) {
      return channel;
    }
    channel.connect(UnixDomainSocketAddress.of(gateway.socket.path()));
    String text = "POST /services/create HTTP/1.1\r\nHost: d\r\nContent-Length: 100000\r\n\r\n{";
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    return channel;
  }

  private static int[] cuts(SplittableRandom random, int length) {
    return random.ints(random.nextInt(4), 0, length + 1).sorted().toArray();
  }
}
