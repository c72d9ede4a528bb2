package dev.skep.gateway.proxy;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiUri;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.proxy.http.ErrorBody;
import dev.skep.gateway.proxy.route.EngineRoute;
import dev.skep.gateway.proxy.route.EngineRoutes;
import dev.skep.gateway.proxy.route.LocalRoutes;
import dev.skep.gateway.proxy.route.Patience;
import dev.skep.gateway.proxy.route.UpstreamRoute;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Engine API's server: what {@link LocalRoutes} claim is answered by them, all else by the
 * engine, or by another node's where {@link EngineRoutes} say so.
 *
 * <p>Use: {@code var server = new GatewayServer(vertx, proxy, routes, engineRoutes, directory);
 * server.start().compose(v -> server.listen(ApiEndpoint.parse("unix:///run/skep/docker.sock")))}.
 * It may listen in several places.
 *
 * <p>Claimed requests are carried, like the others, to a server of their own: {@link InnerServer}.
 * Thus one piece of code reads every client, and the routes see plain Vert.x.
 */
public final class GatewayServer {

  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);

  /**
   * The engine is asked for its versions before the first client comes, but a hanging one must not
   * stop the start.
   */
  private static final int ENGINE_PATIENCE_SECONDS = 3;

  private final EngineProxy proxy;
  private final LocalRoutes routes;
  private final EngineRoutes engineRoutes;
  private final ProxyServer server;
  private final InnerServer inner;

  /**
   * Prepares a server that does not listen yet.
   *
   * @param directory for the socket of Skep's own routes; made where it is missing
   * @throws IllegalStateException where Netty's epoll transport is missing
   */
  public GatewayServer(
      Vertx vertx,
      EngineProxy proxy,
      LocalRoutes routes,
      EngineRoutes engineRoutes,
      Path directory) {
    this.proxy = proxy;
    this.routes = routes;
    this.engineRoutes = engineRoutes;
    this.server = new ProxyServer(this::route);
    this.inner = new InnerServer(vertx, directory, this::answer);
  }

  /**
   * Readies the routes; they run on the Vert.x context of the caller. Call it once, before {@link
   * #listen}.
   */
  public Future<Void> start() {
    return inner
        .start()
        .compose(server ->
            proxy
                .versions()
                .refresh()
                .timeout(ENGINE_PATIENCE_SECONDS, TimeUnit.SECONDS)
                .otherwiseEmpty());
  }

  /**
   * Listens in one more place.
   *
   * <p>A Unix socket gets mode 0660 and the group docker where there is one. The socket file of a
   * daemon that is gone is replaced. TCP is taken on loopback addresses only.
   *
   * @return where it listens, with the real port when 0 was asked for; fails with a {@link
   *     java.net.BindException} whose message says what is in the way
   */
  public Future<ApiEndpoint> listen(ApiEndpoint where) {
    return server.listen(where);
  }

  /** How many clients are connected. */
  int clients() {
    return server.clients();
  }

  /** Closes every connection and removes the sockets. */
  public Future<Void> close() {
    return server.close().compose(v -> inner.close()).mapEmpty();
  }

  private Future<UpstreamRoute> route(HttpRequest request) {
    var uri = ApiUri.parse(request.uri());
    var method = HttpMethod.valueOf(request.method().name());
    if (routes.claims(method, uri.path())) {
      var endless = routes.endless(method, uri);
      return inner.endpoint().map(to -> UpstreamRoute.toRoutes(to, request.uri(), endless));
    }
    return engineRoutes
        .find(method, uri)
        .map(found -> found.map(route -> route(method, route)))
        .orElseGet(() ->
            Future.succeededFuture(
                toEngine(request.uri(), Patience.of(method, uri), Optional.empty())));
  }

  private UpstreamRoute toEngine(
      String uri, Optional<Duration> patience, Optional<UnaryOperator<Buffer>> answer) {
    return new UpstreamRoute(
        proxy.engine(),
        Buffer.buffer(),
        proxy.versions().adapt(uri),
        proxy.versions()::observe,
        patience,
        answer,
        UpstreamRoute.By.ENGINE);
  }

  private UpstreamRoute route(HttpMethod method, EngineRoute route) {
    Optional<Duration> patience = Patience.of(method, route.uri());
    return switch (route.engine()) {
      case EngineRoute.Local() -> toEngine(route.uri().toString(), patience, route.answer());
      case EngineRoute.Remote(var at, var preamble, var served) ->
          new UpstreamRoute(
              at,
              preamble,
              route.uri().within(served).toString(),
              newest -> {},
              patience,
              route.answer(),
              UpstreamRoute.By.ENGINE);
    };
  }

  private void answer(HttpServerRequest request) {
    try {
      routes.handle(request);
    } catch (RuntimeException e) {
      // A bug; without an answer the client would wait for ever.
      LOG.atError()
          .setCause(e)
          .addKeyValue("method", request.method())
          .addKeyValue("uri", request.uri())
          .log("a route failed");
      if (!request.response().headWritten()) {
        request
            .response()
            .setStatusCode(500)
            .putHeader(HttpHeaders.CONTENT_TYPE, ErrorBody.CONTENT_TYPE)
            .end(ErrorBody.of("Skep failed on this request (" + e + "); its log tells more"));
      } else {
        request.response().reset();
      }
    }
  }
}
