package dev.skep.store;

import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Keeps the cluster's state. {@link #state} to read, {@link #commit} to change, {@link #follow} to
 * follow: there is no other door. A cluster's store has a member on each manager; this is one of
 * them, and all are alike.
 *
 * <p>A commit whose future succeeded is durable: it survives {@code kill -9} of every process. A
 * failed future with a {@link StoreException} changed nothing. Any other failure (a timeout, a lost
 * leader) leaves open whether it was committed; read the state to know.
 */
public interface Store {
  /** The latest committed snapshot that this member knows; another may know more. Costs nothing. */
  ClusterState state();

  /**
   * The state with everything that was committed before the call, on whichever member. Fails with
   * {@link StoreException} ({@link Refusal.NotLeader}) when nobody leads, which takes seconds.
   */
  Future<ClusterState> latest();

  /**
   * Commits all of the transaction or nothing. Fails with {@link StoreException} when refused.
   * Whichever member leads, the future succeeds when this one has applied the commit: then {@link
   * #state} holds it, and those who follow have been told.
   */
  Future<Commit> commit(Transaction transaction);

  /**
   * Tells {@code listener} the present state ({@link StoreListener#reset}), the present leadership,
   * and then everything that happens, in order.
   */
  Watch follow(StoreListener listener);

  /**
   * As {@link #follow(StoreListener)}, with the commits after {@code afterIndex} in place of the
   * present state. Throws {@link StoreException} with {@link Refusal.Compacted} when these are no
   * longer kept.
   */
  Watch follow(long afterIndex, StoreListener listener);

  /** How much there may be of everything; {@link #commit} refuses what goes beyond. */
  Limits limits();

  /** Who leads, as this member knows it. */
  Leadership leadership();

  /**
   * Why the store takes no commits at present; empty when it takes them. Meanwhile {@link #state}
   * is what was known last, and nobody decides about it. A store that fails comes back by itself.
   */
  Optional<StoreFailure> failure();

  Future<Void> close();

  /** Ends a following; after close returns the listener is not called again by another thread. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
