package dev.skep.store.replica;

import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all who follow a replica everything, in the order in which it was told here, whichever
 * thread tells and even when a listener tells the next thing from within. A listener that throws is
 * logged and keeps being told. Every method is called under the replica's lock, and so is whoever
 * is told.
 */
final class Followers {
  private static final Logger LOG = LoggerFactory.getLogger(Followers.class);

  private final Object lock;
  private final List<Follower> all = new ArrayList<>();

  /** One for each thing that a listener told from within, so it has the length of such a chain. */
  private final Queue<Event> untold = new ArrayDeque<>();

  private long events;
  private boolean telling;

  /**
   * @param lock the replica's
   */
  Followers(Object lock) {
    this.lock = lock;
  }

  private record Event(long number, Consumer<StoreListener> what) {}

  void commit(Commit commit) {
    tell(listener -> listener.commit(commit));
  }

  void reset(ClusterState state) {
    tell(listener -> listener.reset(state));
  }

  void leadership(Leadership now) {
    tell(listener -> listener.leadership(now));
  }

  private void tell(Consumer<StoreListener> what) {
    untold.add(new Event(++events, what));
    if (telling) {
      return; // a listener told it: the loop below comes to it after the present event
    }
    telling = true;
    try {
      for (Event next = untold.poll(); next != null; next = untold.poll()) {
        for (Follower follower : List.copyOf(all)) {
          follower.take(next);
        }
      }
    } finally {
      telling = false;
    }
  }

  /** Tells what happens from now on: what is still being told is not for this one. */
  Store.Watch add(StoreListener listener) {
    Follower follower = new Follower(listener, events);
    all.add(follower);
    return () -> {
      synchronized (lock) {
        follower.ended = true;
        all.remove(follower);
      }
    };
  }

  /** Tells one alone. */
  static void tell(StoreListener listener, Consumer<StoreListener> what) {
    try {
      what.accept(listener);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a listener of the store failed");
    }
  }

  private static final class Follower {
    private final StoreListener listener;
    private final long since;
    private boolean ended;

    Follower(StoreListener listener, long since) {
      this.listener = listener;
      this.since = since;
    }

    void take(Event event) {
      if (!ended && event.number() > since) {
        tell(listener, event.what());
      }
    }
  }
}
