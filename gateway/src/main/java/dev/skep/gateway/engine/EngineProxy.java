package dev.skep.gateway.engine;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiVersion;
import dev.skep.engine.http.EngineClient;
import dev.skep.engine.http.EngineReply;
import dev.skep.engine.http.EngineRequest;
import dev.skep.engine.http.EngineStream;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.http.ServedVersions;
import dev.skep.gateway.proxy.route.Patience;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * The engine's API for the gateway's own routes: ask it ({@link #call}), listen to it ({@link
 * #stream}), or pass a client's request on in another form ({@link #forward}).
 *
 * <p>A target may name any API version; it is replaced by the nearest that the engine serves.
 *
 * <p>Every failure is an {@link EngineUnavailableException}, whose message is fit for the user, and
 * every question has a bound for its answer's time and for its size.
 */
public final class EngineProxy implements Handler<HttpServerRequest> {
  /**
   * Each open log or event stream holds a connection; a host has file handles for more than this.
   */
  private static final int MAX_CONNECTIONS = 4096;

  /**
   * Connections are kept, if only briefly: asked to close, the engine closes right behind its
   * answer, and Vert.x's client then loses what a slow reader has not yet taken of it.
   */
  private static final Duration KEPT = Duration.ofSeconds(5);

  private final EngineClient client;
  private final ServedVersions versions = new ServedVersions(this::askVersions);

  public EngineProxy(Vertx vertx, ApiEndpoint engine) {
    this.client = new EngineClient(vertx, engine, MAX_CONNECTIONS, KEPT);
  }

  /** Where the engine listens. */
  public ApiEndpoint engine() {
    return client.engine();
  }

  /** The API versions that the engine serves, as last learned; empty until it first answered. */
  public Optional<ApiVersion.Range> servedVersions() {
    return versions.served();
  }

  /** Asks the engine what API versions it serves. */
  public Future<ApiVersion.Range> askVersions() {
    return facts(EngineRequest.of(HttpMethod.GET, "/version"))
        .map(reply -> {
          var version = reply.object();
          return ApiVersion.parse(version.getString("ApiVersion", ""))
              .flatMap(max ->
                  ApiVersion.parse(version.getString("MinAPIVersion", ""))
                      .map(min -> new ApiVersion.Range(min, max)))
              .orElseThrow(() ->
                  EngineUnavailableException.unusable(
                      reply.what(), "it names no API versions", null));
        });
  }

  /** Asks the engine without headers or body and reads the whole answer, errors included. */
  public Future<EngineReply> call(HttpMethod method, String uri) {
    return call(EngineRequest.of(method, uri));
  }

  /** Asks the engine and reads the whole answer, errors included. */
  public Future<EngineReply> call(HttpMethod method, String uri, MultiMap headers, Buffer body) {
    return call(new EngineRequest(method, uri, headers, Optional.of(body)));
  }

  /**
   * Asks the engine and reads the whole answer, errors included. The request must bring its body.
   */
  public Future<EngineReply> call(EngineRequest ask) {
    return client.call(
        adapted(ask), ask.method().equals(HttpMethod.GET) ? Patience.LIST : Patience.CHANGE);
  }

  /** As {@link #call(EngineRequest)}, for what Skep adds to an answer of its own. */
  public Future<EngineReply> facts(EngineRequest ask) {
    return client.call(adapted(ask), Patience.FACTS);
  }

  /** Whether the engine is there: its answer to a ping. */
  public Future<EngineReply> ping() {
    return client.call(EngineRequest.of(HttpMethod.GET, "/_ping"), Patience.PING);
  }

  /**
   * Asks the engine and gives the answer as soon as its head is there: for events, logs and other
   * endless ones. Nothing of its body is read before {@link EngineStream#read}. The request must
   * bring its body.
   */
  public Future<EngineStream> stream(EngineRequest ask) {
    return client.stream(adapted(ask), Patience.LIST);
  }

  /** Passes the client's request on as it is. */
  @Override
  public void handle(HttpServerRequest request) {
    forward(request, EngineRequest.of(request));
  }

  /** Passes a client's request on in another form and streams the answer back. */
  public void forward(HttpServerRequest from, EngineRequest ask) {
    new ForwardedRequest(from, this, ask, Optional.empty()).start();
  }

  /**
   * Passes a client's request on in another form and changes the JSON of the answer, if it is a
   * successful one.
   */
  public void forward(HttpServerRequest from, EngineRequest ask, JsonTransform transform) {
    new ForwardedRequest(from, this, ask, Optional.of(transform)).start();
  }

  /** Closes the connections to the engine. */
  public Future<Void> close() {
    return client.close();
  }

  public ServedVersions versions() {
    return versions;
  }

  EngineClient client() {
    return client;
  }

  /** A request whose head is set but not sent, on a connection that stands. */
  Future<HttpClientRequest> open(EngineRequest ask) {
    return client.open(adapted(ask));
  }

  private EngineRequest adapted(EngineRequest ask) {
    return ask.withUri(versions.adapt(ask.uri()));
  }
}
