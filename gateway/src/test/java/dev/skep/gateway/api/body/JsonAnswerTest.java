package dev.skep.gateway.api.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JsonAnswerTest {
  private static final int ELEMENTS = 20_000;
  private static final String ELEMENT = "x".repeat(5_000);

  /** What sockets and HTTP may hold between the two ends. */
  private static final long ON_THE_WAY_BYTES = 32L * 1024 * 1024;

  private final Vertx vertx = Vertx.vertx();
  private final Promise<Throwable> ended = Promise.promise();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_list_is_made_no_faster_than_the_client_takes_it() throws Exception {
    AtomicLong made = new AtomicLong();
    AtomicLong taken = new AtomicLong();
    AtomicLong ahead = new AtomicLong();
    Iterable<String> list =
        () ->
            new Iterator<>() {
              private int next;

              @Override
              public boolean hasNext() {
                return next < ELEMENTS;
              }

              @Override
              public String next() {
                next++;
                long bytes = made.addAndGet(ELEMENT.length());
                ahead.accumulateAndGet(bytes - taken.get(), Math::max);
                return ELEMENT;
              }
            };
    Future<Void> read =
        ask(list)
            .compose(response -> {
              response.handler(part -> taken.addAndGet(part.length()));
              return response.end();
            });
    read.await(60, TimeUnit.SECONDS);
    assertThat(taken.get()).isEqualTo((long) ELEMENTS * (ELEMENT.length() + 3) + 2);
    assertThat(ahead.get()).isLessThan(ON_THE_WAY_BYTES);
  }

  @Test
  void a_client_that_goes_away_ends_the_making() throws Exception {
    AtomicInteger made = new AtomicInteger();
    Iterable<String> endless =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public String next() {
                made.incrementAndGet();
                return ELEMENT;
              }
            };
    HttpClientResponse response = ask(endless).await(20, TimeUnit.SECONDS);
    response.request().reset();
    assertThat(ended.future().await(20, TimeUnit.SECONDS)).isInstanceOf(ClientGoneException.class);
    assertThat(made.get()).isPositive();
  }

  @Test
  void a_short_answer_has_a_length_and_a_long_one_is_chunked() throws Exception {
    HttpClientResponse little = ask(List.of(Map.of("a", 1), "b")).await(20, TimeUnit.SECONDS);
    assertThat(little.getHeader("Content-Length")).isEqualTo("14");
    HttpClientResponse much = ask(List.of("x".repeat(100_000))).await(20, TimeUnit.SECONDS);
    assertThat(much.getHeader("Transfer-Encoding")).isEqualTo("chunked");
  }

  @Test
  void says_what_the_whole_text_would() throws Exception {
    assertThat(body(List.of())).isEqualTo("[]\n");
    assertThat(body(new JsonArray().add(new JsonObject().put("a", 1)).add(2).addNull()))
        .isEqualTo("[{\"a\":1},2,null]\n");
    assertThat(body(new JsonObject().put("a", "ü"))).isEqualTo("{\"a\":\"ü\"}\n");
    assertThat(body(new com.fasterxml.jackson.databind.ObjectMapper().readTree("{\"a\":[1]}")))
        .isEqualTo("{\"a\":[1]}\n");
  }

  private String body(Object value) throws Exception {
    return ask(value)
        .compose(HttpClientResponse::body)
        .map(Buffer::toString)
        .await(20, TimeUnit.SECONDS);
  }

  private Future<HttpClientResponse> ask(Object value) {
    AtomicInteger port = new AtomicInteger();
    VerticleBase server =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return vertx
                .createHttpServer()
                .requestHandler(request -> {
                  try {
                    JsonAnswer.write(request.response(), value);
                  } catch (ClientGoneException e) {
                    ended.tryComplete(e);
                  }
                })
                .listen(0, "127.0.0.1")
                .onSuccess(bound -> port.set(bound.actualPort()));
          }
        };
    return vertx
        .deployVerticle(
            server, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .compose(
            id -> vertx.createHttpClient().request(HttpMethod.GET, port.get(), "127.0.0.1", "/"))
        .compose(request -> request.send());
  }
}
