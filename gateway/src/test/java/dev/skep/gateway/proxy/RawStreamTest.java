package dev.skep.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.ScriptedEngine;
import dev.skep.engine.fake.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attach, exec and the like: a request that turns its connection into a raw stream. */
class RawStreamTest {

  private static final String ATTACH =
      """
      POST /v1.41/containers/c1/attach?stream=1&stdin=1 HTTP/1.1\r
      Host: docker\r
      Content-Length: 0\r
      Connection: Upgrade\r
      Upgrade: tcp\r
      \r
      """;

  private static final String UPGRADED =
      """
      HTTP/1.1 101 UPGRADED\r
      Content-Type: application/vnd.docker.raw-stream\r
      Connection: Upgrade\r
      Upgrade: tcp\r
      \r
      """;

  @TempDir Path directory;

  @Test
  void output_still_arrives_after_the_client_ended_its_input() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.send(UPGRADED);
          var input = engine.rest();
          engine.send("got " + input);
        },
        client -> {
          client.send(ATTACH);
          assertThat(client.head()).isEqualTo(UPGRADED);
          client.send("standard input").end();
          assertThat(client.rest()).isEqualTo("got standard input");
        });
  }

  @Test
  void input_still_arrives_after_the_engine_ended_its_output() throws Exception {
    var received = new CompletableFuture<String>();
    exchange(
        engine -> {
          engine.head();
          engine.send(UPGRADED + "all there is").end();
          received.complete(engine.rest());
        },
        client -> {
          client.send(ATTACH);
          client.head();
          assertThat(client.rest()).isEqualTo("all there is");
          client.send("late input").end();
          assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo("late input");
        });
  }

  @Test
  void passes_the_upgrade_headers_and_the_body_of_an_exec_start() throws Exception {
    exchange(
        engine -> {
          var head = engine.head();
          assertThat(head).startsWith("POST /v1.41/exec/e1/start HTTP/1.1\r\n");
          assertThat(Wire.header(head, "Connection")).isEqualTo("Upgrade");
          assertThat(Wire.header(head, "Upgrade")).isEqualTo("tcp");
          assertThat(engine.text(16)).isEqualTo("{\"Detach\":false}");
          engine.send(UPGRADED + "exec output");
        },
        client -> {
          client.send(
              "POST /v1.41/exec/e1/start HTTP/1.1\r\nHost: docker\r\nContent-Length: 16\r\n"
                  + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n{\"Detach\":false}");
          assertThat(client.head()).isEqualTo(UPGRADED);
          assertThat(client.rest()).isEqualTo("exec output");
        });
  }

  @Test
  void holds_input_that_comes_before_the_answer_and_its_end_in_order() throws Exception {
    // What looks like a request in it must not be taken for one.
    var input = "GET /looks/like/a/request HTTP/1.1\r\n\r\n".repeat(5_000);
    exchange(
        engine -> {
          engine.head();
          engine.send(UPGRADED);
          engine.send(engine.rest());
        },
        client -> {
          client.send(ATTACH + input).end();
          assertThat(client.head()).isEqualTo(UPGRADED);
          assertThat(client.rest()).isEqualTo(input);
        });
  }

  @Test
  void passes_an_answer_without_length_raw_although_nobody_asked_for_an_upgrade() throws Exception {
    var answer = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    exchange(
        engine -> {
          engine.head();
          engine.send(answer);
          engine.send("output; ");
          engine.send("input was " + engine.rest());
        },
        client -> {
          client.send(
              "POST /containers/c1/attach?stream=1 HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n");
          assertThat(client.head()).isEqualTo(answer);
          assertThat(client.text(8)).isEqualTo("output; ");
          client.send("typed").end();
          assertThat(client.rest()).isEqualTo("input was typed");
        });
  }

  @Test
  void goes_on_with_a_chunked_request_body_under_a_raw_answer() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.send("HTTP/1.1 200 OK\r\n\r\n");
          assertThat(engine.chunks()).isEqualTo("onetwo");
          engine.send("raw input was " + engine.rest());
        },
        client -> {
          client.send(
              "POST /exec/e1/start HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n");
          client.send("3\r\none\r\n");
          client.head();
          client.send("3\r\ntwo\r\n0\r\n\r\n");
          client.send("raw").end();
          assertThat(client.rest()).isEqualTo("raw input was raw");
        });
  }

  @Test
  void delivers_a_refusal_and_keeps_the_connection_usable() throws Exception {
    exchange(
        engine -> {
          var head = engine.head();
          if (head.startsWith("POST")) {
            engine.send(
                """
                HTTP/1.1 404 Not Found\r
                Content-Type: application/json\r
                Content-Length: 36\r
                \r
                {"message":"No such container: c1"}
                """);
          } else {
            engine.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
          }
        },
        client -> {
          client.send(ATTACH);
          assertThat(client.head()).startsWith("HTTP/1.1 404 Not Found\r\n");
          assertThat(client.text(36)).contains("No such container: c1");
          client.send("GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
          assertThat(client.text(2)).isEqualTo("OK");
        });
  }

  @Test
  void gives_all_output_to_a_client_that_never_stops_typing() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.send(UPGRADED);
          engine.text(10);
          engine.send("x".repeat(300_000));
        },
        client -> {
          client.send(ATTACH);
          client.head();
          var typing = Thread.ofPlatform().daemon().start(() -> typeForEver(client));
          assertThat(client.text(300_000)).isEqualTo("x".repeat(300_000));
          client.close();
          typing.join();
        });
  }

  private static void typeForEver(Wire wire) {
    try {
      while (true) {
        wire.send(new byte[1000]);
      }
    } catch (IOException e) {
      // The other side had enough.
    }
  }

  @Test
  void carries_megabytes_both_ways_at_once() throws Exception {
    var size = 20_000_000;
    exchange(
        engine -> {
          engine.head();
          engine.send(UPGRADED);
          var uploads = new Thread(() -> sendQuietly(engine, size));
          uploads.start();
          assertThat(engine.drain()).isEqualTo(size);
          uploads.join();
        },
        client -> {
          client.send(ATTACH);
          client.head();
          var uploads = new Thread(() -> sendQuietly(client, size));
          uploads.start();
          assertThat(client.drain()).isEqualTo(size);
          uploads.join();
        });
  }

  private static void sendQuietly(Wire wire, int size) {
    try {
      wire.send(new byte[size]).end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void exchange(ScriptedEngine.Script engineScript, ScriptedEngine.Script clientScript)
      throws Exception {
    try (var engine = new ScriptedEngine(directory.resolve("engine.sock"), engineScript);
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE);
        var client = fixture.connect()) {
      clientScript.play(client);
      assertThat(engine.failures()).isEmpty();
    }
  }
}
