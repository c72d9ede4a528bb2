package dev.skep.gateway.proxy;

import static dev.skep.gateway.proxy.ProxyFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.ScriptedEngine;
import dev.skep.engine.fake.Wire;
import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiUri;
import dev.skep.gateway.proxy.http.HeadRoom;
import dev.skep.gateway.proxy.route.EngineRoutes;
import dev.skep.gateway.proxy.route.LocalRoutes;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients send that is no plain request with a plain body: odd, broken, half or too much. */
class RequestFramingTest {

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

  /** Claims what is about services, and answers with the body that it got. */
  private static final LocalRoutes SERVICES =
      new LocalRoutes() {
        @Override
        public boolean claims(HttpMethod method, String path) {
          return path.startsWith("/services");
        }

        @Override
        public boolean endless(HttpMethod method, ApiUri uri) {
          return uri.path().endsWith("/logs");
        }

        @Override
        public void handle(HttpServerRequest request) {
          if (request.uri().endsWith("/logs")) {
            request.response().setChunked(true).write("first");
          } else {
            request.body().onSuccess(body -> request.response().end("routes: " + body));
          }
        }
      };

  @TempDir Path directory;

  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1.41/%73ervices",
        "/v1.41.0/services",
        "/v1.41/services/a%62c",
        "http://x/v1.41/services",
        "/v1.41%2Fservices"
      })
  void no_disguise_of_a_claimed_target_reaches_the_engine(String target) throws Exception {
    play((fixture, client) -> {
      client.send("POST " + target + " HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}");
      assertThat(body(client, client.head())).isEqualTo("routes: {}");
      assertThat(asked).isEmpty();
    });
  }

  @Test
  void a_path_that_is_not_clean_leads_to_the_clean_one_and_never_to_the_engine() throws Exception {
    play((fixture, client) -> {
      client.send("POST /v1.41//services HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}");
      var head = client.head();
      assertThat(head).startsWith("HTTP/1.1 301 Moved Permanently\r\n");
      assertThat(Wire.header(head, "Location")).isEqualTo("/v1.41/services");
      client.send("GET /services HTTP/1.1\r\nHost: d\r\n\r\n");
      assertThat(body(client, client.head())).isEqualTo("routes: ");
      assertThat(asked).isEmpty();
    });
  }

  @Test
  void answers_a_client_that_ends_its_output_behind_a_claimed_request() throws Exception {
    play((fixture, client) -> {
      client.send("POST /services HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}").end();
      assertThat(body(client, client.head())).isEqualTo("routes: {}");
      assertThat(client.rest()).isEmpty();
    });
  }

  @Test
  void ends_an_endless_answer_with_the_client_s_output() throws Exception {
    play((fixture, client) -> {
      client.send("GET /services/logs HTTP/1.1\r\nHost: d\r\n\r\n");
      client.head();
      assertThat(client.text(10)).isEqualTo("5\r\nfirst\r\n");
      client.end();
      assertThat(client.rest()).isEqualTo("0\r\n\r\n");
    });
  }

  @Test
  void refuses_half_a_body_of_a_claimed_request() throws Exception {
    play((fixture, client) -> {
      client.send("POST /services HTTP/1.1\r\nHost: d\r\nContent-Length: 9\r\n\r\n{}").end();
      var head = client.head();
      assertThat(head).startsWith("HTTP/1.1 400 ");
      assertThat(body(client, head)).contains("unexpected EOF");
    });
  }

  @Test
  void refuses_half_a_head() throws Exception {
    play((fixture, client) -> {
      client.send("GET /services HTTP/1.1\r\nHo").end();
      assertThat(client.head()).startsWith("HTTP/1.1 400 Bad Request\r\n");
      assertThat(client.rest()).isEqualTo("400 Bad Request");
    });
  }

  @Test
  void refuses_a_chunk_of_a_bad_size_in_the_engine_s_words() throws Exception {
    play((fixture, client) -> {
      client.send(
          "POST /services HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n");
      var head = client.head();
      assertThat(head).startsWith("HTTP/1.1 400 ").contains("close");
      assertThat(body(client, head)).contains("invalid byte in chunk length");
      assertThat(client.rest()).isEmpty();
    });
  }

  @Test
  void leaves_it_to_the_engine_to_refuse_a_broken_body() throws Exception {
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  peer.head();
                  assertThat(peer.text(11)).isEqualTo("2\r\n{}\r\nzz\r\n");
                  peer.send(
                      "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbad");
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), SERVICES);
        var client = fixture.connect()) {
      client.send(
          "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n");
      assertThat(body(client, client.head())).isEqualTo("bad");
      assertThat(client.rest()).isEmpty();
      assertThat(engine.failures()).isEmpty();
    }
  }

  @Test
  void the_body_of_an_attach_is_never_input_however_its_bytes_are_cut() throws Exception {
    var input = new LinkedBlockingQueue<String>();
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  assertThat(Wire.header(peer.head(), "Content-Length")).isEqualTo("0");
                  peer.send("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
                  input.add(peer.rest());
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), SERVICES)) {
      for (var cut : new int[] {0, 1, 7}) {
        try (var client = fixture.connect()) {
          client.send(
              "POST /v1.41/containers/c/attach?stdin=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 7\r\n"
                  + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
                  + "{\"a\":1}".substring(0, cut));
          assertThat(client.head()).startsWith("HTTP/1.1 101 ");
          client.send("{\"a\":1}".substring(cut)).send("typed").end();
          assertThat(input.poll(30, TimeUnit.SECONDS)).isEqualTo("typed");
        }
      }
      assertThat(engine.failures()).isEmpty();
    }
  }

  @Test
  void passes_an_upgrade_that_no_connection_header_names() throws Exception {
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  assertThat(Wire.header(peer.head(), "Upgrade")).isEqualTo("tcp");
                  peer.send("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nout");
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), SERVICES);
        var client = fixture.connect()) {
      client.send("POST /containers/c/attach HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      assertThat(client.rest()).isEqualTo("out");
    }
  }

  @Test
  void refuses_a_page_over_tcp_and_serves_it_on_the_unix_socket() throws Exception {
    play((fixture, client) -> {
      var page =
          "POST /services HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
              + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
      client.send(page);
      assertThat(body(client, client.head())).isEqualTo("routes: {}");
      var bound = ProxyFixture.await(fixture.server.listen(ApiEndpoint.parse("tcp://127.0.0.1:0")));
      var port = ((ApiEndpoint.Tcp) bound).port();
      try (var tcp =
          new Wire(
              SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))) {
        tcp.send(page);
        var head = tcp.head();
        assertThat(head).startsWith("HTTP/1.1 403 ");
        assertThat(body(tcp, head)).contains("http://evil.example").contains("root on this host");
        assertThat(tcp.rest()).isEmpty();
      }
    });
  }

  @Test
  void heads_share_a_room() throws Exception {
    var room = HeadRoom.of(100_000, Duration.ofMinutes(5));
    var proxy = proxy(room, 2);
    var where = new ApiEndpoint.Unix(directory.resolve("proxy.sock"));
    ProxyFixture.await(proxy.listen(where));
    var large = "GET /x HTTP/1.1\r\nHost: d\r\nX: " + "x".repeat(70_000);
    try (var first = Wire.connect(where.path())) {
      first.send(large);
      eventually("the first head is read", () -> room.used().get() > 60_000);
      try (var second = Wire.connect(where.path())) {
        second.send(large.substring(0, 60_000)).send(large);
        var head = second.head();
        assertThat(head).startsWith("HTTP/1.1 503 ");
        assertThat(body(second, head)).contains("too many large requests");
      }
      first.send("\r\n\r\n");
      assertThat(first.head()).startsWith("HTTP/1.1 404 ");
      eventually("the room is free", () -> room.used().get() == 0);
      try (var third = Wire.connect(where.path())) {
        third.send(large + "\r\n\r\n");
        assertThat(third.head()).startsWith("HTTP/1.1 404 ");
      }
    } finally {
      ProxyFixture.await(proxy.close());
    }
    eventually("the room is free", () -> room.used().get() == 0);
  }

  @Test
  void a_head_that_does_not_end_is_given_up_and_a_client_too_many_waits() throws Exception {
    var proxy = proxy(HeadRoom.of(100_000, Duration.ofMillis(300)), 1);
    var where = new ApiEndpoint.Unix(directory.resolve("proxy.sock"));
    ProxyFixture.await(proxy.listen(where));
    try (var slow = Wire.connect(where.path());
        var waiting = Wire.connect(where.path())) {
      slow.send("GET /x HTTP/1.1\r\nHo");
      waiting.send("GET /x HTTP/1.1\r\nHost: d\r\n\r\n");
      assertThat(slow.rest()).isEmpty();
      assertThat(waiting.head()).startsWith("HTTP/1.1 404 ");
    } finally {
      ProxyFixture.await(proxy.close());
    }
  }

  /** One that knows no way for any request. */
  private static ProxyServer proxy(HeadRoom room, int maxClients) {
    return new ProxyServer(
        request -> Future.failedFuture(new EngineRoutes.Refused(404, "nobody")), room, maxClients);
  }

  /** What a test does with a gateway in front of an engine that answers OK and says what it got. */
  private interface Play {
    void play(ProxyFixture fixture, Wire client) throws Exception;
  }

  private void play(Play play) throws Exception {
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  asked.add(peer.head());
                  peer.send(OK);
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), SERVICES);
        var client = fixture.connect()) {
      play.play(fixture, client);
    }
  }

  private static String body(Wire client, String head) throws Exception {
    return client.text(Integer.parseInt(Wire.header(head, "Content-Length")));
  }
}
