package dev.skep.store;

import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;

/**
 * One who follows a {@link Store}. Everything is told in one order, on the store's own threads and
 * under its lock: who is told must return at once, must not wait for a commit, and never throw.
 */
public interface StoreListener {
  /** A transaction was committed. Indexes grow, and none is told twice. */
  void commit(Commit commit);

  /**
   * Here is the state; go on from it. Said first to who follows from now on. Said later when a
   * snapshot of the state took the place of commits that this member had not seen: the commits in
   * between are not coming, and {@code state} is not older than anything that was told before.
   */
  void reset(ClusterState state);

  /** Who leads from now on; the present leadership is told when the following begins. */
  default void leadership(Leadership now) {
    // Most look at what is stored alone.
  }
}
