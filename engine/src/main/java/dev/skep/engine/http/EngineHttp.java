package dev.skep.engine.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * HTTP over the engine's socket: connections, errors as exceptions, nothing of what the calls mean.
 */
public final class EngineHttp {
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

  /**
   * Of one answer that is held in memory whole; a node's tasks are listed in two or three kilobytes
   * each.
   */
  static final int ANSWER_BYTES = 32 << 20;

  private final Vertx vertx;
  private final String socket;
  private final SocketAddress address;
  private final HttpClient calls;
  private final HttpClient streams;
  private volatile boolean closed;

  public EngineHttp(Vertx vertx, Path socket) {
    this.vertx = vertx;
    this.socket = socket.toString();
    this.address = SocketAddress.domainSocketAddress(this.socket);
    this.calls = client(vertx, CALL_CONNECTIONS);
    this.streams = client(vertx, STREAM_CONNECTIONS);
  }

  public Vertx vertx() {
    return vertx;
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
  public Future<Answer> call(
      HttpMethod method, String uri, @Nullable JsonObject body, Duration patience) {
    return callOnce(method, uri, body, patience)
        .recover(cause ->
            method.equals(HttpMethod.GET) && cause instanceof HttpClosedException
                ? callOnce(method, uri, body, patience)
                : Future.failedFuture(cause))
        .recover(this::unavailable)
        .map(Answer::checked);
  }

  private Future<Answer> callOnce(
      HttpMethod method, String uri, @Nullable JsonObject body, Duration patience) {
    return send(calls, method, uri, Map.of(), body, patience, this::whole);
  }

  /** As {@link #call}, on the connections for what may take as long as a user said. */
  public Future<Answer> longCall(HttpMethod method, String uri, Duration patience) {
    return send(streams, method, uri, Map.of(), null, patience, this::whole)
        .recover(this::unavailable)
        .map(Answer::checked);
  }

  /** Sends a request and gives the response as soon as its head is there, which has a bound. */
  public Future<OpenResponse> open(
      HttpMethod method, String uri, Map<String, String> headers, Duration patience) {
    return send(
            streams,
            method,
            uri,
            headers,
            null,
            patience,
            response ->
                response.statusCode() < 400
                    ? Future.succeededFuture(new OpenResponse(response))
                    : whole(response)
                        .map(answer -> {
                          throw answer.refusal();
                        }))
        .recover(this::unavailable);
  }

  private Future<Answer> whole(HttpClientResponse response) {
    HttpClientRequest request = response.request();
    String what = what(request.getMethod(), request.getURI());
    Promise<Answer> read = Promise.promise();
    Buffer body = Buffer.buffer();
    response.exceptionHandler(read::tryFail);
    response.endHandler(end ->
        read.tryComplete(
            new Answer(what, response.statusCode(), response.getHeader("Api-Version"), body)));
    response.handler(part -> {
      if (body.length() + part.length() <= ANSWER_BYTES) {
        body.appendBuffer(part);
      } else if (read.tryFail(
          new EngineUnavailableException(
              "the Docker daemon at unix://%s answered %s with more than %d bytes"
                  .formatted(socket, what, ANSWER_BYTES),
              null))) {
        request.reset();
      }
    });
    return read.future();
  }

  private static String what(HttpMethod method, String uri) {
    return method + " " + uri.replaceFirst("[?].*", "");
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
      Duration patience,
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
    Future<HttpClientRequest> opened = client.request(options);
    Future<T> answer =
        opened.compose(request -> {
          if (body == null) {
            return request.send().compose(take);
          }
          return request
              .putHeader("Content-Type", "application/json")
              .send(body.toBuffer())
              .compose(take);
        });
    return within(what(method, uri), patience, opened, answer);
  }

  /** The same as {@code answer}, but failed when that takes too long. */
  private <T> Future<T> within(
      String what, Duration patience, Future<HttpClientRequest> request, Future<T> answer) {
    Promise<T> first = Promise.promise();
    long timer =
        vertx.setTimer(
            Math.max(1, patience.toMillis()),
            late -> {
              if (first.tryFail(
                  new EngineUnavailableException(
                      "the Docker daemon at unix://%s did not answer %s within %d s"
                          .formatted(socket, what, patience.toSeconds()),
                      null))) {
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

  public Future<Void> close() {
    closed = true;
    return Future.join(calls.close(), streams.close()).mapEmpty();
  }

  /** A whole answer, and what it answers. */
  public record Answer(String what, int status, @Nullable String apiVersion, Buffer body) {
    /**
     * Reads it. Whatever goes wrong with that is the engine's fault: nobody knows then what became
     * of the call.
     */
    public <T> T read(Function<Answer, T> reader) {
      try {
        return reader.apply(this);
      } catch (EngineException | EngineUnavailableException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new EngineUnavailableException(
            "the Docker daemon gave an answer to %s that cannot be read: %s".formatted(what, e), e);
      }
    }

    public <T> List<T> list(Function<JsonObject, T> each) {
      return body.toJsonArray().stream().map(o -> each.apply((JsonObject) o)).toList();
    }

    /** The id of what was made. */
    public String id() {
      return read(said -> said.identified().getString("Id"));
    }

    /** An object that says which one it is. */
    public JsonObject identified() {
      JsonObject object = object();
      Objects.requireNonNull(object.getString("Id"), "it has no Id");
      return object;
    }

    Answer checked() {
      if (status < 400) {
        return this;
      }
      throw refusal();
    }

    EngineException refusal() {
      return new EngineException(status, message());
    }

    public JsonObject object() {
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
