package dev.skep.gateway.proxy.route;

import dev.skep.engine.http.ApiUri;
import dev.skep.gateway.engine.EngineProxy;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * The requests that Skep answers itself; every other one goes to the engine.
 *
 * <p>{@link #handle} gets only requests that {@link #claims} took. It runs on the Vert.x context
 * that started the server. A handler that finds that the request is the engine's after all hands it
 * to {@link EngineProxy#forward}.
 */
public interface LocalRoutes extends Handler<HttpServerRequest> {

  /**
   * Whether this request is Skep's. Asked for each request, on the thread that carries bytes: it
   * must be quick, must not block and must be safe to call from several threads.
   *
   * <p>Never claim a request that the engine turns into a raw stream (attach, exec start, /session,
   * /grpc): only the unclaimed road carries those.
   *
   * @param method the request's method
   * @param path the path without a version prefix, as in {@link ApiUri#path}
   */
  boolean claims(HttpMethod method, String path);

  /**
   * Whether the answer to a claimed request goes on until the client leaves. Such a client may say
   * so by the end of its output alone.
   */
  default boolean endless(HttpMethod method, ApiUri uri) {
    return false;
  }
}
