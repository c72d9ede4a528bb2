package dev.skep.conf.swarm;

import dev.skep.conf.Reason;
import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.conf.swarm.ControlMessages.JoinRefused;
import dev.skep.store.Store;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.json.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The manager's side of joining: the HTTP door behind which {@link NodeAdmission} decides. */
public final class ControlPort {
  static final int DEFAULT_PORT = 2377;

  private static final Logger LOG = LoggerFactory.getLogger(ControlPort.class);

  /** Hosts join one at a time; the rest are strangers. */
  private static final int MAX_CONNECTIONS = 64;

  /**
   * Of a connection, whatever happens on it: longer than a commit takes, and the end of who sends a
   * byte a minute.
   */
  private static final long MAX_LIFE_MILLIS = 30_000;

  private static final int MAX_HEADER_BYTES = 4 * 1024;

  private final Vertx vertx;
  private final NodeAdmission admission;
  private final HttpServer server;
  private final AtomicInteger connections = new AtomicInteger();

  private ControlPort(Vertx vertx, NodeAdmission admission) {
    this.vertx = vertx;
    this.admission = admission;
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_HEADER_BYTES)
                .setHttp2ClearTextEnabled(false));
  }

  /**
   * Listens on the manager's address. Fails with {@link MembershipException} when the port is
   * taken.
   */
  public static Future<ControlPort> listen(
      Vertx vertx, Store store, Identity manager, InstantSource clock, RandomGenerator random) {
    ControlPort port = new ControlPort(vertx, new NodeAdmission(store, manager, clock, random));
    return port.server
        .connectionHandler(port::admit)
        .requestHandler(port.router())
        .listen(manager.controlPort(), manager.address())
        .map(port)
        .recover(cause -> Future.failedFuture(taken(manager, cause)));
  }

  private static MembershipException taken(Identity manager, Throwable cause) {
    return new MembershipException(
        500,
        "cannot listen on the control port %s:%d: %s; free it or give another with --listen-addr"
            .formatted(manager.address(), manager.controlPort(), Reason.of(cause)));
  }

  public Future<Void> close() {
    return server.close();
  }

  private void admit(HttpConnection connection) {
    if (connections.incrementAndGet() > MAX_CONNECTIONS) {
      connections.decrementAndGet();
      connection.close();
      return;
    }
    connection.exceptionHandler(broken -> {}); // the request that it was in fails with it
    long end = vertx.setTimer(MAX_LIFE_MILLIS, late -> connection.close());
    connection.closeHandler(closed -> {
      connections.decrementAndGet();
      vertx.cancelTimer(end);
    });
  }

  private Router router() {
    Router router = Router.router(vertx);
    router
        .post(ControlMessages.JOIN_PATH)
        .handler(BodyHandler.create(false).setBodyLimit(ControlMessages.MAX_REQUEST_BYTES))
        .handler(this::join);
    // What no route takes, and what a handler refused or threw.
    router.route().handler(context -> refuse(context, 404, "page not found"));
    router.route().failureHandler(ControlPort::failed);
    return router;
  }

  private void join(RoutingContext context) {
    Join asked = read(context.body().buffer());
    admission
        .join(asked)
        .onSuccess(joined -> answer(context, 200, joined))
        .onFailure(context::fail);
  }

  private static Join read(@Nullable Buffer body) {
    try {
      return Json.readStored(body == null ? new byte[0] : body.getBytes(), Join.class);
    } catch (IllegalArgumentException e) {
      throw new MembershipException(400, "this is no request of a Skep daemon to join");
    }
  }

  private static void failed(RoutingContext context) {
    switch (context.failure()) {
      case MembershipException refused -> refuse(context, refused.status(), Reason.of(refused));
      case null, default -> {
        int status = context.statusCode();
        if (status >= 500) {
          LOG.atWarn().setCause(context.failure()).log("could not let a host join");
        }
        refuse(
            context,
            status,
            status == 413
                ? "the body is longer than " + ControlMessages.MAX_REQUEST_BYTES + " bytes"
                : Reason.of(context.failure()));
      }
    }
  }

  private static void refuse(RoutingContext context, int status, String words) {
    answer(context, status, new JoinRefused(words));
  }

  /** One answer, and the end: nobody joins twice on a connection. */
  private static void answer(RoutingContext context, int status, Object body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CONNECTION, "close")
        .end(Json.stored(body))
        .onComplete(ended -> context.request().connection().close());
  }
}
