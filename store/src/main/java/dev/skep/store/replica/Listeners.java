package dev.skep.store.replica;

import dev.skep.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every listener every event, in the order in which they were told here, whichever thread
 * tells and even when a listener tells the next one from within. A listener that throws is logged
 * and keeps being told.
 */
public final class Listeners<E> {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<Listening<E>> all = new ArrayList<>();
  private final Queue<E> untold = new ArrayDeque<>();
  private boolean telling;

  /** After the returned watch is closed the listener is not called again by another thread. */
  public synchronized Store.Watch add(Consumer<E> listener) {
    Listening<E> listening = new Listening<>(listener);
    all.add(listening);
    return () -> remove(listening);
  }

  public synchronized void tell(E event) {
    untold.add(event);
    if (telling) {
      return; // a listener told it: the loop below comes to it after the present event
    }
    telling = true;
    try {
      for (E next = untold.poll(); next != null; next = untold.poll()) {
        for (Listening<E> listening : List.copyOf(all)) {
          listening.take(next);
        }
      }
    } finally {
      telling = false;
    }
  }

  /** Tells {@code listener} alone. */
  static <E> void tell(Consumer<E> listener, E event) {
    try {
      listener.accept(event);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a listener of the store failed");
    }
  }

  private synchronized void remove(Listening<E> listening) {
    listening.ended = true;
    all.remove(listening);
  }

  private static final class Listening<E> {
    private final Consumer<E> listener;
    private boolean ended;

    Listening(Consumer<E> listener) {
      this.listener = listener;
    }

    void take(E event) {
      if (!ended) {
        tell(listener, event);
      }
    }
  }
}
