package dev.skep.gateway.proxy;

import static dev.skep.gateway.proxy.ProxyFixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.fake.ScriptedEngine;
import dev.skep.engine.fake.Wire;
import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.EngineRequest;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.engine.JsonTransform;
import dev.skep.gateway.proxy.route.LocalRoutes;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the gateway's own routes do with the engine: ask it, and pass requests on in another form.
 */
class EngineProxyTest {

  private static final String JSON =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";

  @TempDir Path directory;

  @Test
  void calls_with_headers_and_body_in_a_version_that_the_engine_serves() throws Exception {
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  var head = peer.head();
                  assertThat(head).startsWith("POST /v1.41/networks/create HTTP/1.1\r\n");
                  assertThat(Wire.header(head, "X-Registry-Auth")).isEqualTo("e30=");
                  assertThat(peer.text(Integer.parseInt(Wire.header(head, "Content-Length"))))
                      .isEqualTo("{\"Name\":\"n\"}");
                  peer.send(
                      """
                      HTTP/1.1 201 Created\r
                      X: y\r
                      Transfer-Encoding: chunked\r
                      \r
                      a\r
                      {"Id":"n1"\r
                      1\r
                      }\r
                      0\r
                      \r
                      """);
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE)) {
      var headers = MultiMap.caseInsensitiveMultiMap().add("X-Registry-Auth", "e30=");
      var reply =
          await(
              fixture.proxy.call(
                  HttpMethod.POST,
                  "/v1.48/networks/create",
                  headers,
                  Buffer.buffer("{\"Name\":\"n\"}")));
      assertThat(engine.failures()).isEmpty();
      assertThat(reply.status()).isEqualTo(201);
      assertThat(reply.succeeded()).isTrue();
      assertThat(reply.headers().get("x")).isEqualTo("y");
      assertThat(reply.object().getString("Id")).isEqualTo("n1");
    }
  }

  @Test
  void fails_with_words_for_the_user_when_the_engine_is_not_there() {
    var missing = new ApiEndpoint.Unix(directory.resolve("engine.sock"));
    try (var fixture = new ProxyFixture(directory, missing, ProxyFixture.NONE)) {
      assertThatThrownBy(() -> await(fixture.proxy.call(HttpMethod.GET, "/info")))
          .hasMessageContaining(
              "Cannot connect to the Docker daemon at " + missing + ": there is no such socket.")
          .cause()
          .isInstanceOfSatisfying(
              EngineUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503));
    }
  }

  @Test
  void streams_an_answer_whose_end_never_comes_and_can_stop_it() throws Exception {
    var stopped = new CompletableFuture<String>();
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  peer.head();
                  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n");
                  stopped.complete(peer.rest());
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE)) {
      var events = await(fixture.proxy.stream(EngineRequest.of(HttpMethod.GET, "/events")));
      assertThat(events.status()).isEqualTo(200);
      var first = new CompletableFuture<String>();
      var ended = events.read(part -> first.complete(part.toString()));
      assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("{}\n");
      events.close();
      assertThat(ended.failed()).isTrue();
      assertThat(stopped.get(30, TimeUnit.SECONDS)).isEmpty();
    }
  }

  @Test
  void remembers_that_a_stream_broke_before_it_was_read() throws Exception {
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  peer.head();
                  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n");
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE)) {
      var events = await(fixture.proxy.stream(EngineRequest.of(HttpMethod.GET, "/events")));
      assertThatThrownBy(() -> await(events.read(part -> {})))
          .hasCauseInstanceOf(HttpClosedException.class);
    }
  }

  @Test
  void forwards_in_another_form_and_changes_the_json_of_the_answer() throws Exception {
    forwarded(
        (proxy, request) ->
            proxy.forward(
                request,
                EngineRequest.of(request)
                    .withUri(ApiUri.parse(request.uri()).withQuery("filters=%7B%7D").toString()),
                JsonTransform.ofArray(list -> list.add("added"))),
        peer -> {
          assertThat(peer.head())
              .startsWith("GET /v1.41/containers/json?filters=%7B%7D HTTP/1.1\r\n");
          peer.send(JSON + "7\r\n\r\n[\"one\"]");
        },
        client -> {
          client.send("GET /v1.44/containers/json?filters=x HTTP/1.1\r\nHost: d\r\n\r\n");
          var head = client.head();
          assertThat(head).startsWith("HTTP/1.1 200 OK\r\n");
          assertThat(client.text(Integer.parseInt(Wire.header(head, "Content-Length"))))
              .isEqualTo("[\"one\",\"added\"]");
        });
  }

  @Test
  void leaves_an_error_as_it_is() throws Exception {
    forwarded(
        (proxy, request) ->
            proxy.forward(
                request,
                EngineRequest.of(request),
                JsonTransform.ofObject(o -> o.put("added", true))),
        peer -> {
          peer.head();
          peer.send(JSON.replace("200 OK", "404 Not Found") + "16\r\n\r\n{\"message\":\"no\"}");
        },
        client -> {
          client.send("GET /info HTTP/1.1\r\nHost: d\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 404 Not Found\r\n");
          assertThat(client.text(16)).isEqualTo("{\"message\":\"no\"}");
        });
  }

  @Test
  void forwards_with_a_body_of_its_own() throws Exception {
    forwarded(
        (proxy, request) ->
            request
                .body()
                .onSuccess(body ->
                    proxy.forward(
                        request, EngineRequest.of(request).withBody(body.appendString("+more")))),
        peer -> {
          var head = peer.head();
          assertThat(Wire.header(head, "Content-Length")).isEqualTo("9");
          assertThat(peer.text(9)).isEqualTo("body+more");
          peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        },
        client -> {
          client.send(
              "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\n\r\nbody");
          assertThat(client.head()).startsWith("HTTP/1.1 204 No Content\r\n");
        });
  }

  @Test
  void forwards_streams_both_ways_with_the_head_first() throws Exception {
    var headSeen = new CountDownLatch(1);
    forwarded(
        EngineProxy::handle,
        peer -> {
          assertThat(Wire.header(peer.head(), "Transfer-Encoding")).isEqualTo("chunked");
          peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          assertThat(headSeen.await(30, TimeUnit.SECONDS)).isTrue();
          assertThat(peer.chunks()).isEqualTo("one");
          peer.send("4\r\ndone\r\n0\r\n\r\n");
        },
        client -> {
          client.send("POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
          headSeen.countDown();
          client.send("3\r\none\r\n0\r\n\r\n");
          assertThat(client.chunks()).isEqualTo("done");
        });
  }

  @Test
  void tells_a_client_that_asks_first_to_go_on() throws Exception {
    forwarded(
        EngineProxy::handle,
        peer -> {
          peer.head();
          assertThat(peer.text(4)).isEqualTo("body");
          peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        },
        client -> {
          client.send(
              "PUT /x HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
          assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
          client.send("body");
          assertThat(client.head()).startsWith("HTTP/1.1 204 No Content\r\n");
        });
  }

  @Test
  void carries_megabytes_through_a_forwarded_request() throws Exception {
    var size = 20_000_000;
    forwarded(
        EngineProxy::handle,
        peer -> {
          peer.head();
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
          peer.send(peer.bytes(size));
          peer.rest();
        },
        client -> {
          client.send(
              "POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: " + size + "\r\n\r\n");
          client.send(new byte[size]);
          client.head();
          assertThat(client.bytes(size)).hasSize(size);
        });
  }

  @Test
  void delivers_a_refusal_that_comes_before_the_end_of_a_forwarded_upload() throws Exception {
    forwarded(
        EngineProxy::handle,
        peer -> {
          peer.head();
          peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone");
          // Go's server, too, reads on for a while so that its answer is not lost.
          peer.end().rest();
        },
        client -> {
          client.send("PUT /x HTTP/1.1\r\nHost: d\r\nContent-Length: 50000000\r\n\r\n");
          client.send(new byte[50_000_000]);
          assertThat(client.head()).startsWith("HTTP/1.1 404 Not Found\r\n");
          assertThat(client.text(4)).isEqualTo("gone");
        });
  }

  @Test
  void a_client_that_goes_away_ends_a_forwarded_request_at_the_engine() throws Exception {
    var cancelled = new CompletableFuture<String>();
    forwarded(
        EngineProxy::handle,
        peer -> {
          peer.head();
          peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          cancelled.complete(peer.rest());
        },
        client -> {
          client.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
          client.head();
          client.close();
          assertThat(cancelled.get(30, TimeUnit.SECONDS)).isEmpty();
        });
  }

  @Test
  void cuts_a_forwarded_answer_that_the_engine_cut() throws Exception {
    forwarded(
        EngineProxy::handle,
        peer -> {
          peer.head();
          peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        },
        client -> {
          client.send("GET /images/get HTTP/1.1\r\nHost: d\r\n\r\n");
          client.head();
          assertThat(client.rest()).doesNotContain("0\r\n\r\n");
        });
  }

  @Test
  void answers_503_when_a_forwarded_request_finds_no_engine() throws Exception {
    var proxy = new AtomicReference<EngineProxy>();
    var missing = new ApiEndpoint.Unix(directory.resolve("engine.sock"));
    try (var fixture =
        new ProxyFixture(directory, missing, claimsAll(EngineProxy::handle, proxy))) {
      proxy.set(fixture.proxy);
      try (var client = fixture.connect()) {
        client.send("GET /info HTTP/1.1\r\nHost: d\r\n\r\n");
        var head = client.head();
        assertThat(head).startsWith("HTTP/1.1 503 Service Unavailable\r\n");
        assertThat(client.text(Integer.parseInt(Wire.header(head, "Content-Length"))))
            .startsWith("{\"message\":\"Cannot connect to the Docker daemon at " + missing);
      }
    }
  }

  private void forwarded(
      BiConsumer<EngineProxy, HttpServerRequest> handler,
      ScriptedEngine.Script engineScript,
      ScriptedEngine.Script clientScript)
      throws Exception {
    var proxy = new AtomicReference<EngineProxy>();
    try (var engine = new ScriptedEngine(directory.resolve("engine.sock"), engineScript);
        var fixture = new ProxyFixture(directory, engine.endpoint(), claimsAll(handler, proxy))) {
      proxy.set(fixture.proxy);
      try (var client = fixture.connect()) {
        clientScript.play(client);
      }
      assertThat(engine.failures()).isEmpty();
    }
  }

  private static LocalRoutes claimsAll(
      BiConsumer<EngineProxy, HttpServerRequest> handler, AtomicReference<EngineProxy> proxy) {
    return new LocalRoutes() {
      @Override
      public boolean claims(HttpMethod method, String path) {
        return true;
      }

      @Override
      public void handle(HttpServerRequest request) {
        handler.accept(proxy.get(), request);
      }
    };
  }
}
