package dev.skep.conf.swarm;

import dev.skep.conf.Reason;
import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.conf.swarm.ControlMessages.JoinRefused;
import dev.skep.conf.swarm.ControlMessages.Joined;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The joining host's side of the control port. What answers there may be anything. */
final class ControlClient {
  private static final int CONNECT_MILLIS = 3_000;

  /** The manager commits before it answers. */
  static final Duration REPLY = Duration.ofSeconds(15);

  private record Answer(int status, Buffer body) {}

  private ControlClient() {}

  /** Asks the manager at {@code host:port}. Fails with {@link MembershipException}. */
  static Future<Joined> ask(Vertx vertx, String host, int port, Join join) {
    return ask(vertx, host, port, join, REPLY);
  }

  /** The same, with patience of one's own. */
  static Future<Joined> ask(Vertx vertx, String host, int port, Join join, Duration patience) {
    HttpClient client =
        vertx
            .httpClientBuilder()
            .with(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS))
            // What goes wrong fails the request; nobody else has to hear of it.
            .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
            .build();
    RequestOptions to =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(host)
            .setPort(port)
            .setURI(ControlMessages.JOIN_PATH);
    String place = host + ":" + port;
    return client
        .request(to)
        .compose(request ->
            // The answer is read where it arrives, so that none of it can pass before.
            request
                .send(Buffer.buffer(Json.storedBytes(join)))
                .compose(response ->
                    BoundedBody.read(
                            response,
                            response.getHeader(HttpHeaders.CONTENT_LENGTH),
                            ControlMessages.MAX_ANSWER_BYTES)
                        .map(body -> new Answer(response.statusCode(), body))))
        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .recover(cause -> Future.failedFuture(unreachable(place, patience, cause)))
        .map(answer -> read(place, answer))
        .eventually(client::close);
  }

  private static MembershipException unreachable(String place, Duration patience, Throwable cause) {
    return cause instanceof MembershipException
        ? stranger(place, null)
        : new MembershipException(
            503,
            "cannot reach a manager at %s: %s; check that its daemon runs and that this is its control port"
                .formatted(
                    place,
                    cause instanceof TimeoutException
                        ? "no answer within " + patience.toMillis() / 1_000.0 + " s"
                        : Reason.of(cause)));
  }

  @SuppressWarnings("RedundantNullCheck") // JSON's null is read as null
  private static Joined read(String place, Answer answer) {
    try {
      byte[] json = answer.body().getBytes();
      if (answer.status() == 200) {
        Joined joined = Json.readStored(json, Joined.class);
        if (joined != null && joined.complete()) {
          return joined;
        }
      } else {
        JoinRefused refused = Json.readStored(json, JoinRefused.class);
        String why = refused == null ? null : refused.message();
        if (why != null && answer.status() >= 400) {
          throw new MembershipException(answer.status(), why);
        }
      }
    } catch (IllegalArgumentException e) {
      throw stranger(place, answer);
    }
    throw stranger(place, answer);
  }

  private static MembershipException stranger(String place, @Nullable Answer answer) {
    return new MembershipException(
        503,
        "what answers at %s is no manager of a Skep swarm%s; give the address and control port of one, such as 127.0.0.2:2377"
            .formatted(place, answer == null ? "" : " (HTTP " + answer.status() + ")"));
  }
}
