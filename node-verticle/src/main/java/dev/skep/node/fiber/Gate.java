package dev.skep.node.fiber;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * Lets a bounded number through at once, the more urgent first, and among equals the first come;
 * the idle only one after another while nobody else is in. Used on one context only.
 */
public final class Gate {
  /** What goes first when there is no room for all. */
  public enum Urgency {
    /** Finishes what was begun. */
    HIGH,
    NORMAL,
    /** Can wait until nothing else is to be done. */
    IDLE
  }

  private final int places;
  private int free;
  private final Map<Urgency, Deque<Promise<Void>>> waiting = new EnumMap<>(Urgency.class);

  public Gate(int places) {
    this.places = places;
    this.free = places;
  }

  /** Completes when there is a place, which the caller must {@link #leave}. */
  public Future<Void> enter(Urgency urgency) {
    if (hasRoomFor(urgency)) {
      free--;
      return Future.succeededFuture();
    }
    Promise<Void> place = Promise.promise();
    waiting.computeIfAbsent(urgency, u -> new ArrayDeque<>()).addLast(place);
    return place.future();
  }

  private boolean hasRoomFor(Urgency urgency) {
    return urgency == Urgency.IDLE ? free == places : free > 0;
  }

  public void leave() {
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
