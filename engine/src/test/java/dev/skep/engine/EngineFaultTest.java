package dev.skep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.RawServer;
import dev.skep.engine.http.EngineClient;
import dev.skep.engine.http.EngineRequest;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.log.LogQuery;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever an engine does wrong, the agent knows only that nobody knows what became of its call.
 */
class EngineFaultTest {
  private static final String PING =
      "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";
  private static final String ENDLESS = "HTTP/1.1 200 OK\r\n\r\n";
  private static final byte[] FILL = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);

  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private RawServer server;
  private Engine engine;
  private volatile String answer = "";
  private volatile boolean deaf;
  private volatile boolean open;

  @BeforeEach
  void start() throws IOException {
    Path socket = dir.resolve("engine.sock");
    server = new RawServer(socket, this::play);
    engine = new Engine(vertx, socket);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    vertx.close().await();
  }

  private void play(SocketChannel client) throws IOException {
    String head = RawServer.head(client);
    var in = Channels.newInputStream(client);
    while (deaf && in.read() >= 0) {}
    OutputStream out = Channels.newOutputStream(client);
    String said = head.contains("/_ping") ? PING : answer;
    out.write(said.getBytes(StandardCharsets.US_ASCII));
    while (open && in.read() >= 0) {}
    while (said.equals(ENDLESS)) {
      out.write(FILL); // until the other side has enough of it
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 20",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n[3, {}]",
        "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>",
        "HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n"
            + "{\"Id\":null,\"Labels\":7,\"Plugins\":\"x\"}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ENDLESS
      })
  void an_answer_that_is_of_no_use_is_no_answer(String bytes) {
    answer = bytes;
    for (Future<?> call :
        List.of(
            engine.info(),
            engine.listContainers(List.of("a")),
            engine.inspectContainer("c"),
            engine.inspectImage("i"),
            engine.listNetworks(List.of("a")),
            engine.createContainer("c", new JsonObject()),
            engine.createNetwork(new JsonObject()))) {
      assertThat(outcome(call)).isInstanceOf(EngineUnavailableException.class);
    }
  }

  private List<Future<?>> streams() {
    return List.of(
        engine.logs("c", new LogQuery(true, true, false, false, false, "", "", "all"), false),
        engine.pull("app:1", null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{",
        "HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
      })
  void a_stream_s_refusal_that_breaks_off_is_no_answer(String bytes) {
    answer = bytes;
    for (Future<?> call : streams()) {
      assertThat(outcome(call)).isInstanceOf(EngineUnavailableException.class);
    }
  }

  @Test
  void a_refusal_that_never_ends_is_waited_for_with_a_bound() {
    answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{";
    open = true;
    EngineClient client = new EngineClient(vertx, server.endpoint(), 1, Duration.ofSeconds(1));
    EngineRequest ask = EngineRequest.of(HttpMethod.GET, "/events");
    for (int i = 0; i < 2; i++) { // the one connection is free again
      assertThat(outcome(client.accepted(ask, Duration.ofMillis(300))))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageContaining("did not answer GET /events within");
    }
  }

  @Test
  void an_engine_that_never_answers_is_waited_for_with_a_bound() {
    deaf = true;
    assertThat(outcome(engine.ping()))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("did not answer GET /_ping within 5 s");
  }

  private static Throwable outcome(Future<?> call) {
    try {
      return new AssertionError("it took as an answer: " + call.await(20, TimeUnit.SECONDS));
    } catch (Exception e) {
      return e;
    }
  }
}
