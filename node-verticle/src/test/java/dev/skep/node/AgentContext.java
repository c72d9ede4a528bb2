package dev.skep.node;

import dev.skep.node.concurrent.Fibers;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A context such as the agent's, in the hands of a test. */
public final class AgentContext extends VerticleBase {
  private @Nullable Fibers fibers;

  private AgentContext() {}

  public static AgentContext on(Vertx vertx) {
    AgentContext context = new AgentContext();
    Await.result(
        vertx.deployVerticle(
            context, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
    return context;
  }

  @Override
  public Future<?> start() {
    fibers = new Fibers(vertx);
    return Future.succeededFuture();
  }

  public Fibers fibers() {
    return Objects.requireNonNull(fibers);
  }

  /** Runs something on the context and waits for what it gives. */
  public <T> T call(Callable<T> action) {
    return Await.result(fibers().start(action));
  }

  /** Runs something on the context and waits for its end. */
  public void run(Runnable action) {
    call(() -> {
      action.run();
      return true;
    });
  }
}
