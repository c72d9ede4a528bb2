package dev.skep.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.ScriptedEngine;
import dev.skep.engine.fake.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ordinary requests and answers, long and short, as bytes on the wire. */
class HttpStreamTest {

  private static final String GET =
      "GET /containers/c1/logs?follow=1 HTTP/1.1\r\nHost: docker\r\n\r\n";
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

  /**
   * What may lie in both sockets' buffers and in the proxy while a reader rests; the streams are
   * far longer.
   */
  private static final long HELD_BYTES = 2L << 20;

  private static final long ENDLESS_BYTES = 64L << 20;

  @TempDir Path directory;

  @Test
  void sends_the_head_before_the_first_byte_of_the_body() throws Exception {
    var headSeen = new CountDownLatch(1);
    exchange(
        engine -> {
          engine.head();
          engine.send(CHUNKED);
          assertThat(headSeen.await(30, TimeUnit.SECONDS)).isTrue();
          engine.send("4\r\nbody\r\n0\r\n\r\n");
        },
        client -> {
          client.send(GET);
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
          headSeen.countDown();
          assertThat(client.chunks()).isEqualTo("body");
        });
  }

  @Test
  void passes_each_chunk_of_both_directions_when_it_comes() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.send(CHUNKED);
          for (var i = 0; i < 5; i++) {
            engine.send("4\r\nping\r\n");
            assertThat(engine.text(9)).isEqualTo("4\r\npong\r\n");
          }
          engine.send("0\r\n\r\n");
        },
        client -> {
          client.send("POST /build HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
          for (var i = 0; i < 5; i++) {
            assertThat(client.text(9)).isEqualTo("4\r\nping\r\n");
            client.send("4\r\npong\r\n");
          }
          assertThat(client.text(5)).isEqualTo("0\r\n\r\n");
        });
  }

  @Test
  void echoes_a_chunked_upload_of_megabytes() throws Exception {
    var block = "x".repeat(50_000);
    exchange(
        engine -> {
          assertThat(Wire.header(engine.head(), "Transfer-Encoding")).isEqualTo("chunked");
          var body = engine.chunks();
          engine.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        },
        client -> {
          client.send(
              "POST /images/load HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n");
          for (var i = 0; i < 100; i++) {
            client.send("c350\r\n" + block + "\r\n");
          }
          client.send("0\r\n\r\n");
          assertThat(Wire.header(client.head(), "Content-Length")).isEqualTo("5000000");
          assertThat(client.text(5_000_000)).isEqualTo(block.repeat(100));
        });
  }

  @Test
  void a_client_that_goes_away_ends_the_request_at_the_engine() throws Exception {
    var cancelled = new CompletableFuture<String>();
    exchange(
        engine -> {
          engine.head();
          engine.send(CHUNKED);
          cancelled.complete(engine.rest());
        },
        client -> {
          client.send(GET);
          client.head();
          client.close();
          assertThat(cancelled.get(30, TimeUnit.SECONDS)).isEmpty();
        });
  }

  @Test
  void a_client_that_goes_away_before_any_answer_ends_the_request_at_the_engine() throws Exception {
    var cancelled = new CompletableFuture<String>();
    var asked = new CountDownLatch(1);
    exchange(
        engine -> {
          engine.head();
          asked.countDown();
          cancelled.complete(engine.rest());
        },
        client -> {
          client.send(
              "POST /containers/c1/wait HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n");
          assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
          client.close();
          assertThat(cancelled.get(30, TimeUnit.SECONDS)).isEmpty();
        });
  }

  @Test
  void a_slow_reader_slows_the_engine() throws Exception {
    var sent = new CompletableFuture<Long>();
    exchange(
        engine -> {
          engine.head();
          engine.send("HTTP/1.1 200 OK\r\nContent-Length: " + ENDLESS_BYTES + "\r\n\r\n");
          var stuckAt = engine.sendUntilStuck(ENDLESS_BYTES, 300);
          sent.complete(stuckAt);
          engine.send(new byte[(int) (ENDLESS_BYTES - stuckAt)]);
        },
        client -> {
          client.send("GET /images/get HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n");
          client.head();
          assertThat(sent.get(30, TimeUnit.SECONDS)).isLessThan(HELD_BYTES);
          assertThat(client.drain()).isEqualTo(ENDLESS_BYTES);
        });
  }

  @Test
  void a_slow_engine_slows_the_uploading_client() throws Exception {
    var stuck = new CountDownLatch(1);
    exchange(
        engine -> {
          engine.head();
          assertThat(stuck.await(30, TimeUnit.SECONDS)).isTrue();
          assertThat(engine.drain()).isEqualTo(ENDLESS_BYTES);
        },
        client -> {
          client.send(
              "POST /images/load HTTP/1.1\r\nHost: docker\r\nContent-Length: "
                  + ENDLESS_BYTES
                  + "\r\n\r\n");
          var stuckAt = client.sendUntilStuck(ENDLESS_BYTES, 300);
          assertThat(stuckAt).isLessThan(HELD_BYTES);
          stuck.countDown();
          client.send(new byte[(int) (ENDLESS_BYTES - stuckAt)]).end();
          client.drain();
        });
  }

  @Test
  void delivers_an_answer_that_comes_before_the_end_of_the_upload() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.send(
              "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone");
        },
        client -> {
          client.send(
              "PUT /containers/c1/archive HTTP/1.1\r\nHost: docker\r\nContent-Length: 50000000\r\n\r\n");
          client.send(new byte[50_000_000]);
          assertThat(client.head()).startsWith("HTTP/1.1 404 Not Found\r\n");
          assertThat(client.rest()).isEqualTo("gone");
        });
  }

  @Test
  void keeps_the_connection_when_little_of_an_answered_request_is_left() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.send(OK);
        },
        client -> {
          client.send(
              "POST /exec/e1/resize HTTP/1.1\r\nHost: d\r\nContent-Length: 100000\r\n\r\nhalf");
          client.head();
          assertThat(client.text(2)).isEqualTo("OK");
          client.send(new byte[99_996]);
          client.send("GET /next HTTP/1.1\r\nHost: d\r\n\r\n");
          client.head();
          assertThat(client.text(2)).isEqualTo("OK");
        });
  }

  @Test
  void reads_requests_and_answers_however_their_bytes_are_cut() throws Exception {
    exchange(
        engine -> {
          assertThat(engine.head()).startsWith("POST /build HTTP/1.1\r\n");
          assertThat(engine.chunks()).isEqualTo("context");
          sendBytewise(engine, CHUNKED + "4\r\nstep\r\n0\r\n\r\n");
        },
        client -> {
          var request = "POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n";
          sendBytewise(client, (request + "7\r\ncontext\r\n0\r\n\r\n").repeat(2));
          for (var i = 0; i < 2; i++) {
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(client.chunks()).isEqualTo("step");
          }
        });
  }

  private static void sendBytewise(Wire wire, String text) throws IOException {
    for (var i = 0; i < text.length(); i++) {
      wire.send(text.substring(i, i + 1));
    }
  }

  @Test
  void serves_request_after_request_on_one_connection_even_when_they_come_at_once()
      throws Exception {
    exchange(
        engine -> {
          var path = engine.head().split(" ")[1];
          engine.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
        },
        client -> {
          client.send(
              "GET /a HTTP/1.1\r\nHost: d\r\n\r\nPOST /b HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nxyz"
                  + "GET /c HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
          for (var path : new String[] {"/a", "/b", "/c"}) {
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(client.text(2)).isEqualTo(path);
          }
          assertThat(client.rest()).isEmpty();
        });
  }

  @Test
  void answers_a_client_that_ends_its_output_behind_its_requests() throws Exception {
    exchange(
        engine -> {
          engine.head();
          engine.rest();
          engine.send(OK);
        },
        client -> {
          client.send("GET /info HTTP/1.1\r\nHost: d\r\n\r\n").end();
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
          assertThat(client.rest()).isEqualTo("OK");
        });
  }

  @Test
  void takes_large_headers() throws Exception {
    var credentials = "e".repeat(200_000);
    exchange(
        engine -> {
          assertThat(Wire.header(engine.head(), "X-Registry-Config")).isEqualTo(credentials);
          engine.send(OK);
        },
        client -> {
          client.send(
              "GET /images/create HTTP/1.1\r\nHost: d\r\nX-Registry-Config: "
                  + credentials
                  + "\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
        });
  }

  @Test
  void keeps_the_headers_and_the_missing_body_of_HEAD_204_and_304() throws Exception {
    exchange(
        engine -> {
          var head = engine.head();
          engine.send(
              head.startsWith("HEAD")
                  ? "HTTP/1.1 200 OK\r\nX-Docker-Container-Path-Stat: eyJ9\r\nTransfer-Encoding: chunked\r\n\r\n"
                  : head.startsWith("DELETE")
                      ? "HTTP/1.1 204 No Content\r\n\r\n"
                      : "HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n");
        },
        client -> {
          client.send("HEAD /containers/c1/archive?path=/x HTTP/1.1\r\nHost: d\r\n\r\n");
          assertThat(Wire.header(client.head(), "X-Docker-Container-Path-Stat")).isEqualTo("eyJ9");
          client.send("DELETE /containers/c1 HTTP/1.1\r\nHost: d\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 204 No Content\r\n");
          client.send("POST /containers/c1/start HTTP/1.1\r\nHost: d\r\n\r\n");
          assertThat(client.head()).startsWith("HTTP/1.1 304 Not Modified\r\n");
        });
  }

  @Test
  void passes_100_continue_and_trailers() throws Exception {
    exchange(
        engine -> {
          assertThat(Wire.header(engine.head(), "Expect")).isEqualTo("100-continue");
          engine.send("HTTP/1.1 100 Continue\r\n\r\n");
          assertThat(engine.text(4)).isEqualTo("body");
          engine.send("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n");
          engine.send("2\r\nOK\r\n0\r\nX-Sum: 7\r\n\r\n");
        },
        client -> {
          client.send(
              "PUT /containers/c1/archive HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
          assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
          client.send("body");
          assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n");
          assertThat(client.head()).isEqualTo("2\r\nOK\r\n0\r\nX-Sum: 7\r\n\r\n");
        });
  }

  @Test
  void serves_a_client_that_knows_no_chunks() throws Exception {
    exchange(
        engine -> {
          assertThat(engine.head()).startsWith("GET /info HTTP/1.1\r\n");
          engine.send(CHUNKED + "4\r\nbody\r\n0\r\n\r\n");
        },
        client -> {
          client.send("GET /info HTTP/1.0\r\n\r\n");
          assertThat(client.head())
              .startsWith("HTTP/1.0 200 OK\r\n")
              .doesNotContainIgnoringCase("transfer-encoding");
          assertThat(client.rest()).isEqualTo("body");
        });
  }

  @Test
  void carries_hundreds_of_long_streams_at_once() throws Exception {
    var count = 400;
    var release = new CountDownLatch(1);
    try (var engine =
            new ScriptedEngine(
                directory.resolve("engine.sock"),
                peer -> {
                  peer.head();
                  peer.send(CHUNKED + "5\r\nfirst\r\n");
                  assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
                  peer.send("4\r\nlast\r\n0\r\n\r\n");
                });
        var fixture = new ProxyFixture(directory, engine.endpoint(), ProxyFixture.NONE)) {
      var clients = new ArrayList<Wire>();
      for (var i = 0; i < count; i++) {
        clients.add(fixture.connect().send(GET));
      }
      for (var client : clients) {
        client.head();
        assertThat(client.text(10)).isEqualTo("5\r\nfirst\r\n");
      }
      release.countDown();
      for (var client : clients) {
        assertThat(client.chunks()).isEqualTo("last");
        client.close();
      }
      assertThat(engine.failures()).isEmpty();
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
