package dev.skep.node.concurrent;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * A semaphore whose permits go to the most urgent first, and among equals to the first who asked.
 * Idle callers run one at a time, and only while nobody else holds a permit. Used on one context
 * only.
 */
public final class PrioritySemaphore {
  /** What goes first when there is no room for all. */
  public enum Urgency {
    /** Finishes what was begun. */
    HIGH,
    NORMAL,
    /** Can wait until nothing else is to be done. */
    IDLE
  }

  private final int permits;
  private int free;
  private final Map<Urgency, Deque<Promise<Void>>> waiting = new EnumMap<>(Urgency.class);

  public PrioritySemaphore(int permits) {
    this.permits = permits;
    this.free = permits;
  }

  /** Completes when there is a permit; the caller must {@link #release} it. */
  public Future<Void> acquire(Urgency urgency) {
    if (hasRoomFor(urgency)) {
      free--;
      return Future.succeededFuture();
    }
    Promise<Void> permit = Promise.promise();
    waiting.computeIfAbsent(urgency, u -> new ArrayDeque<>()).addLast(permit);
    return permit.future();
  }

  private boolean hasRoomFor(Urgency urgency) {
    return urgency == Urgency.IDLE ? free == permits : free > 0;
  }

  /** Gives a permit back: to the first of the most urgent who wait, if any. */
  public void release() {
    free++;
    for (Map.Entry<Urgency, Deque<Promise<Void>>> queue : waiting.entrySet()) {
      Promise<Void> next = hasRoomFor(queue.getKey()) ? queue.getValue().pollFirst() : null;
      if (next != null) {
        free--;
        next.complete();
        return;
      }
    }
  }
}
