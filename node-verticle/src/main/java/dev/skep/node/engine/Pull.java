package dev.skep.node.engine;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A pull that the engine is carrying out. Cancelling it makes the engine stop. */
public final class Pull {
  private final JsonLines lines;
  private final PullProgress progress = new PullProgress();

  Pull(OpenResponse response) {
    this.lines = new JsonLines(response);
  }

  /** How far it is, while {@link #done} reads. */
  public PullProgress progress() {
    return progress;
  }

  /**
   * Reads the engine's answer to its end. Fails with the registry's or the engine's text when the
   * pull did.
   */
  public Future<Void> done() {
    Promise<Void> done = Promise.promise();
    lines.read(
        line -> {
          @Nullable String error = error(line);
          if (error != null) {
            done.tryFail(new EngineException(500, error));
          } else {
            progress.take(line);
          }
        },
        cause -> {
          if (cause == null) {
            done.tryComplete();
          } else {
            done.tryFail(
                new EngineUnavailableException("the connection broke during a pull", cause));
          }
        });
    return done.future();
  }

  private static @Nullable String error(JsonObject line) {
    JsonObject detail = line.getJsonObject("errorDetail");
    return detail != null
        ? detail.getString("message", line.getString("error", "the pull failed"))
        : line.getString("error");
  }

  public void cancel() {
    lines.cancel();
  }
}
