package dev.skep.gateway.engine;

import dev.skep.gateway.proxy.ApiEndpoint;
import dev.skep.gateway.proxy.ApiUri;
import dev.skep.gateway.proxy.ApiVersion;
import dev.skep.gateway.proxy.EngineFailedException;
import dev.skep.gateway.proxy.EngineReply;
import dev.skep.gateway.proxy.EngineStream;
import dev.skep.gateway.proxy.EngineUnreachableException;
import dev.skep.gateway.proxy.EngineVersions;
import dev.skep.gateway.proxy.ProxyRequest;
import dev.skep.gateway.proxy.http.HttpLimits;
import dev.skep.gateway.proxy.route.Patience;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's API for the gateway's own routes: ask it ({@link #call}), listen to it ({@link
 * #stream}), or pass a client's request on in another form ({@link #forward}).
 *
 * <p>A target may name any API version; it is replaced by the nearest that the engine serves.
 *
 * <p>Every failure is an {@link EngineFailedException}, whose message is fit for the user, and
 * every question has a bound for its answer's time and for its size.
 */
public final class EngineProxy implements Handler<HttpServerRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(EngineProxy.class);

  /**
   * Each open log or event stream holds a connection; a host has file handles for more than this.
   */
  private static final int MAX_CONNECTIONS = 4096;

  /**
   * Connections are kept, if only briefly: asked to close, the engine closes right behind its
   * answer, and Vert.x's client then loses what a slow reader has not yet taken of it.
   */
  private static final int KEPT_SECONDS = 5;

  private static final int CONNECT_MILLIS = 10_000;

  private final Vertx vertx;
  private final ApiEndpoint engine;
  private final SocketAddress address;
  private final HttpClient client;
  private final EngineVersions versions;

  public EngineProxy(Vertx vertx, ApiEndpoint engine) {
    this.vertx = vertx;
    this.engine = engine;
    this.address = engine.vertxAddress();
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setKeepAliveTimeout(KEPT_SECONDS)
                .setConnectTimeout(CONNECT_MILLIS)
                .setMaxHeaderSize(HttpLimits.HEADER_BYTES)
                .setMaxInitialLineLength(HttpLimits.INITIAL_LINE_BYTES)
                .setMaxChunkSize(HttpLimits.CHUNK_BYTES),
            new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
    this.versions = new EngineVersions(this::askVersions);
  }

  /** Where the engine listens. */
  public ApiEndpoint engine() {
    return engine;
  }

  /** The API versions that the engine serves, as last learned; empty until it first answered. */
  public Optional<ApiVersion.Range> servedVersions() {
    return versions.served();
  }

  /** Asks the engine what API versions it serves. */
  public Future<ApiVersion.Range> askVersions() {
    return call(ProxyRequest.of(HttpMethod.GET, "/version"), Patience.FACTS)
        .map(reply -> {
          var version = reply.object();
          return ApiVersion.parse(version.getString("ApiVersion", ""))
              .flatMap(max ->
                  ApiVersion.parse(version.getString("MinAPIVersion", ""))
                      .map(min -> new ApiVersion.Range(min, max)))
              .orElseThrow(() ->
                  EngineFailedException.unusable("GET /version", "it names no API versions", null));
        });
  }

  /** Asks the engine without headers or body and reads the whole answer, errors included. */
  public Future<EngineReply> call(HttpMethod method, String uri) {
    return call(ProxyRequest.of(method, uri));
  }

  /** Asks the engine and reads the whole answer, errors included. */
  public Future<EngineReply> call(HttpMethod method, String uri, MultiMap headers, Buffer body) {
    return call(new ProxyRequest(method, uri, headers, Optional.of(body)));
  }

  /**
   * Asks the engine and reads the whole answer, errors included. The request must bring its body.
   */
  public Future<EngineReply> call(ProxyRequest ask) {
    return call(ask, ask.method().equals(HttpMethod.GET) ? Patience.LIST : Patience.CHANGE);
  }

  /** As {@link #call(ProxyRequest)}, for what Skep adds to an answer of its own. */
  public Future<EngineReply> facts(ProxyRequest ask) {
    return call(ask, Patience.FACTS);
  }

  /** Whether the engine is there: its answer to a ping. */
  public Future<EngineReply> ping() {
    return call(ProxyRequest.of(HttpMethod.GET, "/_ping"), Patience.PING);
  }

  /**
   * What only reads is asked again when a kept connection turns out to be closed, as after an
   * engine's restart.
   */
  private Future<EngineReply> call(ProxyRequest ask, Duration patience) {
    return send(ask, patience, EngineProxy::whole)
        .recover(cause ->
            ask.method().equals(HttpMethod.GET) && cause instanceof HttpClosedException
                ? send(ask, patience, EngineProxy::whole)
                : Future.failedFuture(cause))
        .recover(cause -> Future.failedFuture(failed(ask, cause)));
  }

  /**
   * Asks the engine and gives the answer as soon as its head is there: for events, logs and other
   * endless ones. Nothing of its body is read before {@link EngineStream#read}. The request must
   * bring its body.
   */
  public Future<EngineStream> stream(ProxyRequest ask) {
    return send(ask, Patience.LIST, answer -> Future.succeededFuture(new EngineStream(answer)))
        .recover(cause -> Future.failedFuture(failed(ask, cause)));
  }

  /** What went wrong with a request, in words. */
  EngineFailedException failed(ProxyRequest ask, Throwable cause) {
    if (cause instanceof EngineFailedException known) {
      return known;
    }
    String what = ask.method() + " " + ApiUri.parse(ask.uri()).path();
    return EngineFailedException.unusable(
        what,
        cause instanceof HttpClosedException
            ? "it closed the connection before its answer was whole"
            : String.valueOf(cause.getMessage()),
        cause);
  }

  /**
   * The same as {@code answer}, but failed when that takes too long; the request is given up then.
   */
  <T> Future<T> within(
      ProxyRequest ask, Duration patience, Future<HttpClientRequest> request, Future<T> answer) {
    Promise<T> first = Promise.promise();
    long timer =
        vertx.setTimer(
            patience.toMillis(),
            late -> {
              String what = ask.method() + " " + ApiUri.parse(ask.uri()).path();
              if (first.tryFail(EngineFailedException.silent(engine, what, patience))) {
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

  private <T> Future<T> send(
      ProxyRequest ask, Duration patience, Function<HttpClientResponse, Future<T>> reader) {
    var body =
        ask.body()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "no body given for " + ask.method() + " " + ask.uri()));
    var opened = open(ask);
    var answer =
        opened.compose(request -> {
          var read = request.response().compose(reader);
          // An engine may answer before it has the whole body; when it does not, the answer fails
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

  /** Passes the client's request on as it is. */
  @Override
  public void handle(HttpServerRequest request) {
    forward(request, ProxyRequest.of(request));
  }

  /** Passes a client's request on in another form and streams the answer back. */
  public void forward(HttpServerRequest client, ProxyRequest ask) {
    new ForwardedRequest(client, this, ask, Optional.empty()).start();
  }

  /**
   * Passes a client's request on in another form and changes the JSON of the answer, if it is a
   * successful one.
   */
  public void forward(HttpServerRequest client, ProxyRequest ask, JsonTransform transform) {
    new ForwardedRequest(client, this, ask, Optional.of(transform)).start();
  }

  /** Closes the connections to the engine. */
  public Future<Void> close() {
    return client.close();
  }

  public EngineVersions versions() {
    return versions;
  }

  /** Reads an answer to its end, which must come before {@link HttpLimits#ANSWER_BYTES}. */
  static Future<EngineReply> whole(HttpClientResponse answer) {
    var request = answer.request();
    var what = request.getMethod() + " " + ApiUri.parse(request.getURI()).path();
    var read = Promise.<EngineReply>promise();
    var body = Buffer.buffer();
    answer.exceptionHandler(read::tryFail);
    answer.endHandler(end ->
        read.tryComplete(new EngineReply(what, answer.statusCode(), answer.headers(), body)));
    answer.handler(part -> {
      if (body.length() + part.length() <= HttpLimits.ANSWER_BYTES) {
        body.appendBuffer(part);
      } else if (read.tryFail(
          EngineFailedException.unusable(
              what, "it is longer than " + HttpLimits.ANSWER_BYTES + " bytes", null))) {
        request.reset();
      }
    });
    return read.future();
  }

  /** A request whose head is set but not sent, on a connection that stands. */
  Future<HttpClientRequest> open(ProxyRequest ask) {
    return client
        .request(
            new RequestOptions()
                .setServer(address)
                .setHost("localhost")
                .setPort(80)
                .setMethod(ask.method())
                .setURI(versions.adapt(ask.uri())))
        .recover(cause -> Future.failedFuture(new EngineUnreachableException(engine, cause)))
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
  static void listen(HttpClientRequest request) {
    try {
      request.exceptionHandler(
          cause -> LOG.atDebug().addKeyValue("cause", cause.getMessage()).log("request broke off"));
    } catch (IllegalStateException e) {
      // It was sent to its end: Vert.x takes no handler any more, and prints nothing of it.
    }
  }

  private static void copyHeaders(ProxyRequest ask, HttpClientRequest request) {
    ask.headers()
        .forEach((name, value) -> {
          if (!isHopHeader(name) && !(ask.body().isPresent() && isLength(name))) {
            request.headers().add(name, value);
          }
        });
  }

  static boolean isHopHeader(String name) {
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
}
