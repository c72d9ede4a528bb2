package dev.skep.gateway.api;

import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.ApiVersion;
import dev.skep.gateway.api.body.BodyReader;
import dev.skep.gateway.api.body.ClientGoneException;
import dev.skep.gateway.api.body.JsonAnswer;
import dev.skep.gateway.api.body.MemoryBudget;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.error.OperatingErrors;
import dev.skep.gateway.proxy.route.LocalRoutes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a request, asks its endpoint, writes the answer. */
public final class ApiHandler implements LocalRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

  /** Before it, errors are plain text. */
  private static final ApiVersion JSON_ERRORS = new ApiVersion(1, 24);

  private final RouteTable routes;
  private final ApiVersions versions;
  private final Head head;
  private final SwarmGate gate;
  private final MemoryBudget bodies;

  /**
   * @param bodies the memory for all requests' bodies
   */
  public ApiHandler(
      RouteTable routes, ApiVersions versions, Head head, SwarmGate gate, MemoryBudget bodies) {
    this.routes = routes;
    this.versions = versions;
    this.head = head;
    this.gate = gate;
    this.bodies = bodies;
  }

  /** The memory for requests' bodies that fits a heap. */
  public static MemoryBudget bodies(long heapBytes) {
    return MemoryBudget.of(heapBytes, BodyReader.MAX_BYTES);
  }

  @Override
  public boolean claims(HttpMethod method, String path) {
    return routes.find(method, path).isPresent();
  }

  @Override
  public boolean endless(HttpMethod method, ApiUri uri) {
    return routes.find(method, uri.path()).filter(m -> m.route().endless().test(uri)).isPresent();
  }

  @Override
  public void handle(HttpServerRequest request) {
    ApiUri uri = ApiUri.parse(request.uri());
    try {
      write(request, answer(request, uri));
    } catch (ApiError e) {
      fail(request, uri, e.status(), e.getMessage());
    } catch (ClientGoneException e) {
      LOG.atDebug()
          .addKeyValue("uri", request.uri())
          .addKeyValue("reason", e.getMessage())
          .log("a client went away");
      if (!request.response().closed()) {
        request.connection().close();
      }
    } catch (Exception e) {
      Optional<ApiError> known = OperatingErrors.of(e);
      if (known.isPresent()) {
        fail(request, uri, known.get().status(), known.get().getMessage());
      } else if (request.response().closed()) {
        LOG.atDebug().addKeyValue("uri", request.uri()).log("a client went away");
      } else {
        LOG.atError().addKeyValue("uri", request.uri()).setCause(e).log("a request failed");
        fail(request, uri, ApiError.INTERNAL, "Skep failed to answer, this is a bug: " + e);
      }
    }
  }

  private Reply answer(HttpServerRequest request, ApiUri uri) {
    RouteTable.Match match =
        routes
            .find(request.method(), uri.path())
            .orElseThrow(() -> new ApiError(ApiError.NOT_FOUND, "page not found"));
    boolean reads = match.route().readsBody();
    if (reads) {
      // What comes before anybody listens would be lost.
      request.pause();
    }
    uri.version().ifPresent(versions::check);
    if (match.route().managersOnly()) {
      gate.manager();
    }
    if (!reads) {
      return match
          .route()
          .endpoint()
          .answer(new Call(request, uri, match.named(), Buffer.buffer()));
    }
    BodyReader body = new BodyReader(request, bodies);
    try {
      return match.route().endpoint().answer(new Call(request, uri, match.named(), body.read()));
    } finally {
      body.worked();
    }
  }

  private void write(HttpServerRequest request, Reply reply) {
    HttpServerResponse response = request.response();
    switch (reply) {
      case Reply.Json(int status, Object value) -> {
        head.of(request).setStatusCode(status).putHeader("Content-Type", "application/json");
        JsonAnswer.write(response, value);
      }
      case Reply.Text text -> {
        head.of(request).setStatusCode(text.status()).putHeader("Content-Type", text.contentType());
        text.headers().forEach(response::putHeader);
        response.end(text.text());
      }
      case Reply.Empty(int status) -> head.of(request).setStatusCode(status).end();
      case Reply.Elsewhere() -> {
        // The engine's answer is on its way to the client already.
      }
    }
  }

  private void fail(HttpServerRequest request, ApiUri uri, int status, String message) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    // What is left of a body that nobody reads is let go.
    request.resume();
    if (response.headWritten()) {
      // Half an answer: only an abrupt end tells the client so.
      request.connection().close();
      return;
    }
    head.of(request).setStatusCode(status);
    if (uri.version().filter(v -> v.compareTo(JSON_ERRORS) < 0).isPresent()) {
      response
          .putHeader("Content-Type", "text/plain; charset=utf-8")
          .putHeader("X-Content-Type-Options", "nosniff")
          .end(message + "\n");
    } else {
      response
          .putHeader("Content-Type", "application/json")
          .end(new JsonObject().put("message", message).encode() + "\n");
    }
  }
}
