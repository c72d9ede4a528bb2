package dev.skep.gateway.proxy;

import static dev.skep.gateway.proxy.ProxyFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.fake.ScriptedEngine;
import dev.skep.engine.fake.Wire;
import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.HttpLimits;
import dev.skep.gateway.proxy.route.LocalRoutes;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the gateway listens, and which side answers a request. */
class GatewayServerTest {

  @TempDir Path directory;

  @Test
  void asks_the_routes_for_what_they_claim_and_the_engine_for_the_rest() throws Exception {
    var routes =
        new LocalRoutes() {
          @Override
          public boolean claims(HttpMethod method, String path) {
            return method.equals(HttpMethod.GET) && path.equals("/services");
          }

          @Override
          public void handle(HttpServerRequest request) {
            request.response().end("routes: " + request.uri());
          }
        };
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), routes);
        var client = fixture.connect()) {
      assertThat(body(client, "GET", "/v1.41/services?status=true"))
          .isEqualTo("routes: /v1.41/services?status=true");
      assertThat(body(client, "GET", "/services")).isEqualTo("routes: /services");
      assertThat(body(client, "POST", "/services")).isEqualTo("engine: /services");
      assertThat(body(client, "GET", "/services/create")).isEqualTo("engine: /services/create");
    }
  }

  @Test
  void answers_for_a_route_that_fails() throws Exception {
    var routes =
        new LocalRoutes() {
          @Override
          public boolean claims(HttpMethod method, String path) {
            return true;
          }

          @Override
          public void handle(HttpServerRequest request) {
            throw new IllegalStateException("a bug");
          }
        };
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), routes);
        var client = fixture.connect()) {
      client.send("GET /services HTTP/1.1\r\nHost: d\r\n\r\n");
      var head = client.head();
      assertThat(head).startsWith("HTTP/1.1 500 ");
      assertThat(client.text(Integer.parseInt(Wire.header(head, "Content-Length"))))
          .contains("a bug");
    }
  }

  @Test
  void asks_the_engine_in_a_version_that_it_serves() throws Exception {
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE);
        var client = fixture.connect()) {
      assertThat(body(client, "GET", "/v1.50/images/json?all=1"))
          .isEqualTo("engine: /v1.41/images/json?all=1");
      assertThat(body(client, "GET", "/v1.40/images/json")).isEqualTo("engine: /v1.40/images/json");
      assertThat(body(client, "GET", "/v1.3/images/json")).isEqualTo("engine: /v1.12/images/json");
      assertThat(body(client, "GET", "/images/json")).isEqualTo("engine: /images/json");
      assertThat(body(client, "GET", "/volumes/v1.99/x")).isEqualTo("engine: /volumes/v1.99/x");
    }
  }

  @Test
  void says_which_engine_does_not_answer_and_what_to_do() throws Exception {
    var missing = new ApiEndpoint.Unix(directory.resolve("engine.sock"));
    try (var fixture = new ProxyFixture(directory, missing, ProxyFixture.NONE);
        var client = fixture.connect()) {
      client.send("POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\n\r\nbody");
      var head = client.head();
      assertThat(head).startsWith("HTTP/1.1 503 Service Unavailable\r\n");
      assertThat(Wire.header(head, "Content-Type")).isEqualTo("application/json");
      assertThat(client.text(Integer.parseInt(Wire.header(head, "Content-Length"))))
          .isEqualTo(
              "{\"message\":\"Cannot connect to the Docker daemon at "
                  + missing
                  + ": there is no such socket. Is the docker daemon running?"
                  + " Start it, or point Skep at the engine's right socket, then try again.\"}\n");
    }
  }

  @Test
  void says_that_an_engine_gave_no_answer() throws Exception {
    try (var engine = new ScriptedEngine(directory.resolve("engine.sock"), Wire::head);
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE);
        var client = fixture.connect()) {
      client.send("GET /info HTTP/1.1\r\nHost: d\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
    }
  }

  @Test
  void makes_the_socket_of_its_own_routes_anew_when_somebody_removed_it() throws Exception {
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), new OwnRoute());
        var before = fixture.connect();
        var after = fixture.connect()) {
      assertThat(body(before, "GET", "/own")).isEqualTo("own");
      for (int i = 0; i < 6; i++) {
        Files.delete(directory.resolve("own/routes-" + i + ".sock"));
        Files.delete(directory.resolve("own"));
        assertThat(body(after, "GET", "/own")).isEqualTo("own");
      }
      assertThat(body(before, "GET", "/own")).isEqualTo("own");
    }
  }

  @Test
  void says_in_its_own_name_that_the_socket_of_its_own_routes_cannot_be_made() throws Exception {
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), new OwnRoute());
        var client = fixture.connect()) {
      Files.delete(directory.resolve("own/routes-0.sock"));
      Files.delete(directory.resolve("own"));
      Files.writeString(directory.resolve("own"), "in the way");
      client.send("GET /own HTTP/1.1\r\nHost: d\r\n\r\n");
      var head = client.head();
      assertThat(head).startsWith("HTTP/1.1 503 ");
      assertThat(client.text(Integer.parseInt(Wire.header(head, "Content-Length"))))
          .contains("Skep cannot make the socket of its own routes", directory + "/own")
          .doesNotContain("Docker daemon");
      Files.delete(directory.resolve("own"));
    }
  }

  @Test
  void keeps_its_own_socket_for_itself_and_removes_what_a_killed_daemon_left() throws Exception {
    var own = Files.createDirectory(directory.resolve("own"));
    try (var gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      gone.bind(UnixDomainSocketAddress.of(own.resolve("routes-0.sock")));
    }
    Files.createFile(own.resolve("routes-7.sock"));
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), new OwnRoute());
        var client = fixture.connect()) {
      assertThat(body(client, "GET", "/own")).isEqualTo("own");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
          .isEqualTo("rwx------");
      assertThat(own.resolve("routes-7.sock")).doesNotExist();
    }
    assertThat(own).doesNotExist();
  }

  /** Skep's own route, of which there is one. */
  private static final class OwnRoute implements LocalRoutes {
    @Override
    public boolean claims(HttpMethod method, String path) {
      return path.equals("/own");
    }

    @Override
    public void handle(HttpServerRequest request) {
      request.response().end("own");
    }
  }

  @Test
  void refuses_what_is_no_request() throws Exception {
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE);
        var garbage = fixture.connect();
        var oversized = fixture.connect()) {
      garbage.send("\u0016\u0003\u0001 this is no HTTP\r\n\r\n");
      assertThat(garbage.head()).startsWith("HTTP/1.1 400 Bad Request\r\n");
      oversized.send("GET / HTTP/1.1\r\nX: " + "x".repeat(HttpLimits.HEADER_BYTES) + "\r\n\r\n");
      assertThat(oversized.head()).startsWith("HTTP/1.1 431 ");
    }
  }

  @Test
  void lets_in_the_owner_and_the_group_only_and_leaves_nothing_behind() throws Exception {
    try (var engine = engine()) {
      try (var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE)) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.socket)))
            .isEqualTo("rw-rw----");
      }
      try (var left = Files.list(directory)) {
        assertThat(left).containsExactly(directory.resolve("engine.sock"));
      }
    }
  }

  @Test
  void replaces_the_socket_of_a_daemon_that_is_gone() throws Exception {
    try (var gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      gone.bind(UnixDomainSocketAddress.of(directory.resolve("skep.sock")));
    }
    assertThat(directory.resolve("skep.sock")).exists();
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE);
        var client = fixture.connect()) {
      assertThat(body(client, "GET", "/info")).isEqualTo("engine: /info");
    }
  }

  @Test
  void does_not_take_the_socket_of_a_living_daemon_or_a_file() throws Exception {
    var file = Files.writeString(directory.resolve("notes.txt"), "mine");
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE);
        var client = fixture.connect()) {
      assertRefused(fixture, engine.endpoint(), "a running daemon does");
      assertRefused(fixture, new ApiEndpoint.Unix(file), "that file is not a socket");
      assertThat(file).hasContent("mine");
      assertThat(body(client, "GET", "/info")).isEqualTo("engine: /info");
    }
  }

  @Test
  void listens_over_tcp_on_this_host_only() throws Exception {
    try (var engine = engine();
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE)) {
      var bound = await(fixture.server.listen(ApiEndpoint.parse("tcp://127.0.0.1:0")));
      var port = ((ApiEndpoint.Tcp) bound).port();
      try (var client =
          new Wire(
              SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))) {
        assertThat(body(client, "GET", "/info")).isEqualTo("engine: /info");
      }
      assertRefused(fixture, ApiEndpoint.parse("tcp://0.0.0.0:0"), "without TLS");
      assertRefused(fixture, bound, "in use");
    }
  }

  @Test
  void reaches_an_engine_over_tcp() throws Exception {
    var vertx = Vertx.vertx();
    try {
      var engine =
          await(
              vertx
                  .createHttpServer()
                  .requestHandler(request -> request.response().end("tcp engine: " + request.uri()))
                  .listen(0, "127.0.0.1"));
      var endpoint = new ApiEndpoint.Tcp("127.0.0.1", engine.actualPort());
      try (var fixture = new ProxyFixture(directory, endpoint, ProxyFixture.NONE);
          var client = fixture.connect()) {
        assertThat(body(client, "GET", "/info")).isEqualTo("tcp engine: /info");
      }
    } finally {
      await(vertx.close());
    }
  }

  private static void assertRefused(ProxyFixture fixture, ApiEndpoint where, String reason) {
    assertThatThrownBy(() -> await(fixture.server.listen(where)))
        .hasCauseInstanceOf(BindException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining(where.toString());
  }

  /** An engine that answers each request with its target. */
  private ScriptedEngine engine() throws IOException {
    return new ScriptedEngine(
        directory.resolve("engine.sock"),
        peer -> {
          var body = "engine: " + peer.head().split(" ")[1];
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        });
  }

  private static String body(Wire client, String method, String uri) throws IOException {
    client.send(method + " " + uri + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    return client.text(Integer.parseInt(Wire.header(client.head(), "Content-Length")));
  }
}
