package dev.skep.engine;

import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineStream;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.http.JsonLines;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A pull that the engine is carrying out. Cancelling it makes the engine stop. */
public final class Pull {
  private final JsonLines lines;
  private final PullProgress progress = new PullProgress();
  private final Vertx vertx;
  private final Duration silence;

  Pull(EngineStream response, Vertx vertx, Duration silence) {
    this.lines = new JsonLines(response);
    this.vertx = vertx;
    this.silence = silence;
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
    AtomicLong signs = new AtomicLong();
    watch(signs, -1, done);
    lines
        .read(line -> {
          signs.incrementAndGet();
          @Nullable String error = error(line);
          if (error != null) {
            done.tryFail(new EngineException(500, error));
          } else {
            progress.take(line);
          }
        })
        .onSuccess(end -> done.tryComplete())
        .onFailure(cause ->
            done.tryFail(
                new EngineUnavailableException("the connection broke during a pull", cause)));
    return done.future();
  }

  /** Gives up when there was no sign of progress for the whole of a period. */
  private void watch(AtomicLong signs, long before, Promise<Void> done) {
    long now = signs.get();
    if (now == before) {
      if (done.tryFail(
          new EngineUnavailableException(
              "the pull made no progress for %d s".formatted(silence.toSeconds()), null))) {
        cancel();
      }
      return;
    }
    long timer = vertx.setTimer(silence.toMillis(), late -> watch(signs, now, done));
    done.future().onComplete(over -> vertx.cancelTimer(timer));
  }

  private static @Nullable String error(JsonObject line) {
    return line.getValue("errorDetail") instanceof JsonObject detail
        ? detail.getString("message", line.getString("error", "the pull failed"))
        : line.getString("error");
  }

  public void cancel() {
    lines.close();
  }
}
