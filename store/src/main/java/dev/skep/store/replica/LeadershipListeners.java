package dev.skep.store.replica;

import dev.skep.store.Leadership;
import dev.skep.store.Store;
import java.util.function.Consumer;

/** The present leadership and those who follow it. */
public final class LeadershipListeners {
  private final Listeners<Leadership> listeners = new Listeners<>();
  private volatile Leadership now;

  public LeadershipListeners(Leadership now) {
    this.now = now;
  }

  public Leadership now() {
    return now;
  }

  public synchronized void change(Leadership next) {
    if (!next.equals(now)) {
      now = next;
      listeners.tell(next);
    }
  }

  /** Calls {@code listener} with the present leadership and then with each change. */
  public synchronized Store.Watch follow(Consumer<Leadership> listener) {
    Listeners.tell(listener, now);
    return listeners.add(listener);
  }
}
