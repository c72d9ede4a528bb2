package dev.skep.engine.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP to one engine: connections, whole answers and streams, time-outs. Nothing of what the calls
 * mean, and no API versions: a request's target is sent as it is.
 *
 * <p>Every future fails with {@link EngineUnavailableException}. An answer that refuses is an
 * answer. Any thread may call; the futures complete on event loops.
 */
public final class EngineClient {
  private static final Logger LOG = LoggerFactory.getLogger(EngineClient.class);

  /** Calls that may wait for a connection before further ones fail. */
  private static final int WAITING_CALLS = 20_000;

  /** Unix sockets connect or fail at once; a local connection that is not up then never will be. */
  private static final int CONNECT_MILLIS = 10_000;

  private final Vertx vertx;
  private final ApiEndpoint engine;
  private final HttpClient client;
  private volatile boolean closed;

  /**
   * @param connections that there may be at once; a stream holds one for as long as it is open
   * @param kept how long a connection is kept that nobody uses
   */
  public EngineClient(Vertx vertx, ApiEndpoint engine, int connections, Duration kept) {
    this.vertx = vertx;
    this.engine = engine;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setKeepAliveTimeout((int) kept.toSeconds())
                .setConnectTimeout(CONNECT_MILLIS)
                .setMaxHeaderSize(HttpLimits.HEADER_BYTES)
                .setMaxInitialLineLength(HttpLimits.INITIAL_LINE_BYTES)
                .setMaxChunkSize(HttpLimits.CHUNK_BYTES),
            new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(WAITING_CALLS));
  }

  /** Where the engine listens. */
  public ApiEndpoint engine() {
    return engine;
  }

  /**
   * Asks and reads the whole answer, refusals included. What only reads is asked again when a kept
   * connection turns out to be closed, as after an engine's restart.
   *
   * @param ask with its body
   * @param patience until the whole answer is there
   */
  public Future<EngineReply> call(EngineRequest ask, Duration patience) {
    return send(ask, patience, EngineReply::read)
        .recover(cause ->
            ask.method().equals(HttpMethod.GET) && isLostConnection(cause)
                ? send(ask, patience, EngineReply::read)
                : Future.failedFuture(cause))
        .recover(cause -> Future.failedFuture(unavailable(ask, cause)));
  }

  /** Lost before or behind the request's first byte. */
  private static boolean isLostConnection(Throwable cause) {
    return cause instanceof HttpClosedException
        || (cause instanceof EngineUnavailableException
            && cause.getCause() instanceof HttpClosedException);
  }

  /**
   * Asks and gives the answer as soon as its head is there: for events, logs and other endless
   * ones. Nothing of its body is read before {@link EngineStream#read}.
   *
   * @param ask with its body
   * @param patience until the head is there
   */
  public Future<EngineStream> stream(EngineRequest ask, Duration patience) {
    return send(ask, patience, answer -> Future.succeededFuture(new EngineStream(answer)))
        .recover(cause -> Future.failedFuture(unavailable(ask, cause)));
  }

  /**
   * As {@link #stream}, of what is not refused. A refusal is read whole within the same patience
   * and fails with {@link EngineException}.
   */
  public Future<EngineStream> accepted(EngineRequest ask, Duration patience) {
    return this.<EngineStream>send(
            ask,
            patience,
            answer ->
                answer.statusCode() < EngineReply.FIRST_REFUSAL
                    ? Future.succeededFuture(new EngineStream(answer))
                    : EngineReply.read(answer)
                        .map(reply -> {
                          throw new EngineException(reply.status(), reply.refusal());
                        }))
        .recover(cause ->
            Future.failedFuture(
                cause instanceof EngineException ? cause : unavailable(ask, cause)));
  }

  /** What went wrong with a request, in words. */
  public EngineUnavailableException unavailable(EngineRequest ask, Throwable cause) {
    return cause instanceof EngineUnavailableException known
        ? known
        : EngineUnavailableException.unusable(
            ask.what(),
            cause instanceof HttpClosedException
                ? "it closed the connection before its answer was whole"
                : String.valueOf(cause.getMessage()),
            cause);
  }

  /**
   * A request whose head is set but not sent, on a connection that stands. Fails with {@link
   * EngineUnavailableException} when there is none.
   */
  public Future<HttpClientRequest> open(EngineRequest ask) {
    if (closed) {
      return Future.failedFuture(
          new EngineUnavailableException("this client of " + engine + " was closed", null));
    }
    return client
        .request(
            new RequestOptions()
                .setServer(engine.vertxAddress())
                .setHost("localhost")
                .setPort(80)
                .setMethod(ask.method())
                .setURI(ask.uri()))
        .recover(
            cause -> Future.failedFuture(EngineUnavailableException.unreachable(engine, cause)))
        .map(request -> {
          listen(request);
          copyHeaders(ask, request);
          return request;
        });
  }

  /**
   * Hears of a request that broke off, as Vert.x would else print it as a severe error. Whoever
   * waits for the answer learns of it there.
   */
  public static void listen(HttpClientRequest request) {
    try {
      request.exceptionHandler(
          cause -> LOG.atDebug().addKeyValue("cause", cause.getMessage()).log("request broke off"));
    } catch (IllegalStateException e) {
      // It was sent to its end: Vert.x takes no handler any more, and prints nothing of it.
    }
  }

  /**
   * The same as {@code answer}, but failed when that takes too long; the request is given up then.
   */
  public <T> Future<T> within(
      EngineRequest ask, Duration patience, Future<HttpClientRequest> request, Future<T> answer) {
    Promise<T> first = Promise.promise();
    long timer =
        vertx.setTimer(
            Math.max(1, patience.toMillis()),
            late -> {
              if (first.tryFail(EngineUnavailableException.silent(engine, ask.what(), patience))) {
                request.onSuccess(HttpClientRequest::reset);
              }
            });
    answer.onComplete(done -> {
      vertx.cancelTimer(timer);
      if (done.succeeded()) {
        first.tryComplete(done.result());
      } else {
        first.tryFail(done.cause());
      }
    });
    return first.future();
  }

  /**
   * @param reader called in the turn of the event loop in which the response came, since what
   *     arrives while nobody listens is lost
   */
  private <T> Future<T> send(
      EngineRequest ask, Duration patience, Function<HttpClientResponse, Future<T>> reader) {
    var body =
        ask.body()
            .orElseThrow(() -> new IllegalArgumentException("no body given for " + ask.what()));
    var opened = open(ask);
    var answer =
        opened.compose(request -> {
          var read = request.response().compose(reader);
          // An engine may answer before it has the whole body. If it does not, the answer fails
          // too.
          request
              .end(body)
              .onFailure(cause ->
                  LOG.atDebug()
                      .addKeyValue("cause", cause.getMessage())
                      .log("engine took not all"));
          return read;
        });
    return within(ask, patience, opened, answer);
  }

  private static void copyHeaders(EngineRequest ask, HttpClientRequest request) {
    ask.headers()
        .forEach((name, value) -> {
          if (!isHopHeader(name) && !(ask.body().isPresent() && isLength(name))) {
            request.headers().add(name, value);
          }
        });
  }

  /** Whether a header concerns one connection only, so that it is not passed on. */
  public static boolean isHopHeader(String name) {
    return name.equalsIgnoreCase("Connection")
        || name.equalsIgnoreCase("Keep-Alive")
        || name.equalsIgnoreCase("Transfer-Encoding")
        || name.equalsIgnoreCase("Upgrade")
        || name.equalsIgnoreCase("Host")
        || name.equalsIgnoreCase("Expect");
  }

  private static boolean isLength(String name) {
    return name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH.toString());
  }

  /** Closes the connections. */
  public Future<Void> close() {
    closed = true;
    return client.close();
  }
}
