package dev.skep.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.Wire;
import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.proxy.route.EngineRoutes;
import dev.skep.gateway.proxy.route.LocalRoutes;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A gateway in front of an engine, in a directory of its own; its routes run on virtual threads, as
 * the daemon's do.
 */
final class ProxyFixture implements AutoCloseable {

  /** Routes that claim nothing. */
  static final LocalRoutes NONE =
      new LocalRoutes() {
        @Override
        public boolean claims(HttpMethod method, String path) {
          return false;
        }

        @Override
        public void handle(HttpServerRequest request) {
          throw new AssertionError("claimed nothing, but got " + request.uri());
        }
      };

  final Vertx vertx = Vertx.vertx();

  /** What nobody caught: the daemon would log it as an error. */
  private final List<Throwable> unhandled = new CopyOnWriteArrayList<>();

  final Path directory;
  final EngineProxy proxy;
  final GatewayServer server;
  final Path socket;

  ProxyFixture(Path directory, ApiEndpoint engine, LocalRoutes routes) {
    this.directory = directory;
    vertx.exceptionHandler(unhandled::add);
    this.proxy = new EngineProxy(vertx, engine);
    this.server =
        new GatewayServer(vertx, proxy, routes, EngineRoutes.NONE, directory.resolve("own"));
    this.socket = directory.resolve("skep.sock");
    await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return server.start().compose(v -> server.listen(new ApiEndpoint.Unix(socket)));
              }
            },
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
  }

  Wire connect() throws IOException {
    return Wire.connect(socket);
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until the condition holds, for 30 seconds at most. */
  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    Await.until(what, condition::getAsBoolean);
  }

  @Override
  public void close() {
    await(server.close());
    await(proxy.close());
    await(vertx.close());
    assertThat(unhandled).isEmpty();
  }
}
