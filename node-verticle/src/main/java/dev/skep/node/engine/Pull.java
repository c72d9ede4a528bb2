package dev.skep.node.engine;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pull that the engine is carrying out. Cancelling it makes the engine stop. */
public final class Pull {
  private final JsonLines lines;

  Pull(OpenResponse response) {
    this.lines = new JsonLines(response);
  }

  /**
   * Reads the progress to its end. Fails with the registry's or the engine's text when the pull
   * did.
   */
  public Future<Void> done(Consumer<String> progress) {
    Promise<Void> done = Promise.promise();
    lines.read(
        line -> {
          @Nullable String error = error(line);
          if (error != null) {
            done.tryFail(new EngineException(500, error));
          } else {
            progress.accept(line.getString("status", ""));
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
