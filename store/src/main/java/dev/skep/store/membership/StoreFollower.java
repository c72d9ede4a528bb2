package dev.skep.store.membership;

import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Place;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows the store of whatever swarm this host manages: with a follower of its own for each store,
 * one after another, and none while this host manages nothing. Any thread may call.
 *
 * @param <F> who follows one store
 */
public final class StoreFollower<F extends StoreFollower.Following> {
  /** Follows one store, from its present state on. */
  public interface Following extends StoreListener {
    /** Nothing more comes from the store: this host has left its swarm, or stops. */
    void left();
  }

  private record Current<F>(Store store, F following, Store.Watch watch) {}

  private final Function<Manager, F> begin;
  private volatile @Nullable Current<F> current;
  private boolean closed;

  /**
   * @param begin makes the follower of a manager's store
   */
  public StoreFollower(Function<Manager, F> begin) {
    this.begin = begin;
  }

  /** Takes note of this host's place; to be called at each change of it, one at a time. */
  public synchronized void move(Place place) {
    Current<F> before = current;
    Manager manager = place instanceof Manager here && !closed ? here : null;
    if (before != null && manager != null && before.store().equals(manager.store())) {
      return;
    }
    leave(before);
    if (manager != null) {
      F following = begin.apply(manager);
      current = new Current<>(manager.store(), following, manager.store().follow(following));
    }
  }

  /** Who follows at present; empty while this host manages nothing. */
  public Optional<F> now() {
    Current<F> here = current;
    return here == null ? Optional.empty() : Optional.of(here.following());
  }

  /** Follows no store any more. */
  public synchronized void close() {
    closed = true;
    leave(current);
  }

  private void leave(@Nullable Current<F> before) {
    current = null;
    if (before != null) {
      before.watch().close();
      before.following().left();
    }
  }
}
