package dev.skep.node.concurrent;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Does things one after another for each key, in the order in which they were asked for; those of
 * different keys go side by side. Used on one context only.
 */
public final class KeyedSequence {
  private final Fibers fibers;

  /** The last thing that was asked for and is not done, by key. */
  private final Map<String, Future<?>> last = new HashMap<>();

  public KeyedSequence(Fibers fibers) {
    this.fibers = fibers;
  }

  /** Does something after all that was asked for with the key before, however that ended. */
  public <T> Future<T> then(String key, Callable<T> action) {
    Future<?> before = last.getOrDefault(key, Future.succeededFuture());
    Future<T> done =
        fibers.start(() -> {
          before.otherwiseEmpty().await();
          return action.call();
        });
    last.put(key, done);
    done.onComplete(ended -> last.remove(key, done));
    return done;
  }
}
