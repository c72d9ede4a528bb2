package dev.skep.gateway.proxy;

import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.proxy.route.LocalRoutes;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * The same commands when every request that can be is claimed first and forwarded to the engine by
 * its handler.
 */
class ForwardedDockerCliTest extends DockerCliTest {

  private static final Pattern RAW =
      Pattern.compile("/containers/[^/]+/attach|/exec/[^/]+/start|/session|/grpc");

  @Override
  LocalRoutes routes(AtomicReference<EngineProxy> proxy) {
    return new LocalRoutes() {
      @Override
      public boolean claims(HttpMethod method, String path) {
        return !RAW.matcher(path).matches();
      }

      @Override
      public void handle(HttpServerRequest request) {
        proxy.get().handle(request);
      }
    };
  }
}
