package dev.skep.gateway.api.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.api.ApiHandler;
import dev.skep.testkit.Await;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a body holds its room in the budget: while its bytes can be in memory. */
class BodyReaderTest {
  private static final String HOST = "127.0.0.1";
  private static final int SECONDS = 20;
  private static final long ALL = BodyReader.MAX_BYTES;
  private static final String BODY = "{\"Name\":\"a body\"}";

  private final Vertx vertx = Vertx.vertx();
  private final MemoryBudget budget = new MemoryBudget(ALL, TimeUnit.SECONDS.toMillis(SECONDS));
  private final AtomicInteger port = new AtomicInteger();

  /** Read, or the reason why not. */
  private final Promise<String> read = Promise.promise();

  /** The connection is closed, and whoever listens for that has been told. */
  private final Promise<Void> gone = Promise.promise();

  /** Lets the endpoint come to its end; it answers before. */
  private final Promise<Void> work = Promise.promise();

  /** Lets the answer end. */
  private final Promise<Void> answer = Promise.promise();

  private final Promise<Void> worked = Promise.promise();

  @BeforeEach
  void listen() throws Exception {
    VerticleBase server =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return vertx
                .createHttpServer()
                .requestHandler(request -> serve(context, request))
                .listen(0, HOST)
                .onSuccess(bound -> port.set(bound.actualPort()));
          }
        };
    vertx
        .deployVerticle(
            server, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await(SECONDS, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() {
    work.tryComplete();
    answer.tryComplete();
    vertx.close().await();
  }

  /** As {@link ApiHandler} does, with an endpoint that takes its time. */
  private void serve(Context context, HttpServerRequest request) {
    request.pause();
    request.connection().closeHandler(closed -> context.runOnContext(later -> gone.complete()));
    answer.future().onSuccess(now -> context.runOnContext(v -> request.response().end()));
    BodyReader body = new BodyReader(request, budget);
    try {
      read.complete(body.read().toString());
      work.future().await();
    } catch (RuntimeException e) {
      read.tryFail(e);
    } finally {
      body.worked();
      worked.complete();
    }
  }

  private Socket send(String headers, String part) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port.get());
    String request = "POST / HTTP/1.1\r\nHost: d\r\n" + headers + "\r\n\r\n" + part;
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return client;
  }

  private Socket send() throws IOException {
    return send("Content-Length: " + BODY.length(), BODY);
  }

  private static <T> T within(Promise<T> promise) throws Exception {
    return promise.future().await(SECONDS, TimeUnit.SECONDS);
  }

  private static void eventually(BooleanSupplier condition) {
    Await.until("the budget gets there", condition::getAsBoolean);
  }

  @Test
  void a_client_that_leaves_gives_no_room_back_while_its_body_is_worked_on() throws Exception {
    try (Socket client = send()) {
      assertThat(client.isConnected()).isTrue();
      assertThat(within(read)).isEqualTo(BODY);
    }
    within(gone);
    assertThat(budget.free()).isEqualTo(ALL - BODY.length());

    work.complete();

    within(worked);
    assertThat(budget.free()).isEqualTo(ALL);
  }

  @Test
  void an_endpoint_that_is_done_gives_no_room_back_before_its_answer_has_ended() throws Exception {
    try (Socket client = send()) {
      within(read);
      work.complete();
      within(worked);
      assertThat(budget.free()).isEqualTo(ALL - BODY.length());

      answer.complete();

      eventually(() -> budget.free() == ALL);
      assertThat(client.getInputStream().read()).isEqualTo('H');
    }
  }

  @Test
  void a_client_that_leaves_before_its_body_has_come_gives_its_room_back() throws Exception {
    try (Socket client = send("Content-Length: 1000", BODY)) {
      assertThat(client.isConnected()).isTrue();
      eventually(() -> budget.free() == ALL - 1000);
    }
    within(worked);
    within(gone);
    assertThat(read.future().failed()).isTrue();
    eventually(() -> budget.free() == ALL);
  }

  @Test
  void who_does_not_say_how_much_comes_holds_what_came() throws Exception {
    String chunk = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n";
    try (Socket client = send("Transfer-Encoding: chunked", chunk)) {
      eventually(() -> budget.free() == 0);
      client.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(within(read)).isEqualTo(BODY);
      assertThat(budget.free()).isEqualTo(ALL - BODY.length());
    }
  }
}
