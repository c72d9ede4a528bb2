package dev.skep.node.engine;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * HTTP over the engine's socket: connections, errors as exceptions, nothing of what the calls mean.
 */
final class EngineHttp {
  /**
   * Short calls on their way at once. The keeper uses 8; the rest is for inspections and logs'
   * heads.
   */
  private static final int CALL_CONNECTIONS = 24;

  /** Event streams, followed logs, pulls and stops that wait out their grace period. */
  private static final int STREAM_CONNECTIONS = 512;

  /** Calls that may wait for a connection before further ones are refused. */
  private static final int WAITING_CALLS = 20_000;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final String socket;
  private final SocketAddress address;
  private final HttpClient calls;
  private final HttpClient streams;
  private volatile boolean closed;

  EngineHttp(Vertx vertx, Path socket) {
    this.socket = socket.toString();
    this.address = SocketAddress.domainSocketAddress(this.socket);
    this.calls = client(vertx, CALL_CONNECTIONS);
    this.streams = client(vertx, STREAM_CONNECTIONS);
  }

  private static HttpClient client(Vertx vertx, int connections) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setKeepAlive(true)
            .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis()),
        new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(WAITING_CALLS));
  }

  /**
   * Sends one request and reads the whole answer. Fails unless the status is below 400. What only
   * reads is asked again when a kept connection turns out to be closed, as after an engine's
   * restart.
   */
  Future<Answer> call(HttpMethod method, String uri, @Nullable JsonObject body, Duration timeout) {
    return callOnce(method, uri, body, timeout)
        .recover(cause ->
            method.equals(HttpMethod.GET) && cause instanceof HttpClosedException
                ? callOnce(method, uri, body, timeout)
                : Future.failedFuture(cause))
        .recover(this::unavailable)
        .map(Answer::checked);
  }

  private Future<Answer> callOnce(
      HttpMethod method, String uri, @Nullable JsonObject body, Duration timeout) {
    return send(calls, method, uri, Map.of(), body, timeout, EngineHttp::whole);
  }

  /**
   * As {@link #call}, on the connections for what may take as long as a user said, and without a
   * bound of its own.
   */
  Future<Answer> longCall(HttpMethod method, String uri) {
    return send(streams, method, uri, Map.of(), null, null, EngineHttp::whole)
        .recover(this::unavailable)
        .map(Answer::checked);
  }

  /** Sends a request and gives the response as soon as its head is there. */
  Future<OpenResponse> open(HttpMethod method, String uri, Map<String, String> headers) {
    return send(
            streams,
            method,
            uri,
            headers,
            null,
            null,
            response ->
                response.statusCode() < 400
                    ? Future.succeededFuture(new OpenResponse(response))
                    : whole(response)
                        .map(answer -> {
                          throw answer.refusal();
                        }))
        .recover(this::unavailable);
  }

  private static Future<Answer> whole(HttpClientResponse response) {
    return response
        .body()
        .map(bytes -> new Answer(response.statusCode(), response.getHeader("Api-Version"), bytes));
  }

  /**
   * @param take what to do with the response; called in the turn of the event loop in which it
   *     came, since what arrives while nobody listens is lost
   */
  private <T> Future<T> send(
      HttpClient client,
      HttpMethod method,
      String uri,
      Map<String, String> headers,
      @Nullable JsonObject body,
      @Nullable Duration timeout,
      Function<HttpClientResponse, Future<T>> take) {
    if (closed) {
      return Future.failedFuture(new HttpClosedException("this client was closed"));
    }
    RequestOptions options =
        new RequestOptions()
            .setServer(address)
            .setHost("engine")
            .setPort(80)
            .setMethod(method)
            .setURI(uri);
    headers.forEach(options::putHeader);
    if (timeout != null) {
      options.setIdleTimeout(timeout.toMillis());
    }
    return client
        .request(options)
        .compose(request -> {
          if (body == null) {
            return request.send().compose(take);
          }
          return request
              .putHeader("Content-Type", "application/json")
              .send(body.toBuffer())
              .compose(take);
        });
  }

  private <T> Future<T> unavailable(Throwable cause) {
    if (cause instanceof EngineException || cause instanceof EngineUnavailableException) {
      return Future.failedFuture(cause);
    }
    return Future.failedFuture(
        new EngineUnavailableException(
            "Cannot connect to the Docker daemon at unix://"
                + socket
                + ". Is the docker daemon running? ("
                + cause.getMessage()
                + ")",
            cause));
  }

  Future<Void> close() {
    closed = true;
    return Future.join(calls.close(), streams.close()).mapEmpty();
  }

  /** A whole answer. */
  record Answer(int status, @Nullable String apiVersion, Buffer body) {
    Answer checked() {
      if (status < 400) {
        return this;
      }
      throw refusal();
    }

    EngineException refusal() {
      return new EngineException(status, message());
    }

    JsonObject object() {
      return body.toJsonObject();
    }

    /** The engine's own words; proxies and old engines may answer plain text. */
    private String message() {
      String text = body.toString().strip();
      if (text.startsWith("{")) {
        try {
          return new JsonObject(text).getString("message", text);
        } catch (DecodeException e) {
          return text;
        }
      }
      return text.isEmpty()
          ? "the engine answered with status " + status + " and no message"
          : text;
    }
  }
}
