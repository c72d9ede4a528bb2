package dev.skep.store;

import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps the cluster's state. {@link #state} to read, {@link #commit} to change, {@link #watch} to
 * follow: there is no other door.
 *
 * <p>A commit whose future succeeded is durable: it survives {@code kill -9} of every process. A
 * failed future with a {@link StoreException} changed nothing. Any other failure (a timeout, a lost
 * leader) leaves open whether it was committed; read the state to know.
 */
public interface Store {
  /** The latest committed snapshot that this member knows. Costs nothing. */
  ClusterState state();

  /** Commits all of the transaction or nothing. Fails with {@link StoreException} when refused. */
  Future<Commit> commit(Transaction transaction);

  /**
   * Hands each commit after now to {@code watcher}, once and in order. The watcher is called on the
   * store's own thread: it must return at once and never throw.
   */
  Watch watch(Consumer<Commit> watcher);

  /**
   * As {@link #watch(Consumer)}, first replaying the commits after {@code afterIndex}. Throws
   * {@link StoreException} with {@link Refusal.Compacted} when these are no longer kept.
   */
  Watch watch(long afterIndex, Consumer<Commit> watcher);

  /** How much there may be of everything; {@link #commit} refuses what goes beyond. */
  Limits limits();

  Leadership leadership();

  /**
   * Calls {@code listener} with the present leadership and then with each change, on the store's
   * own thread.
   */
  Watch onLeadership(Consumer<Leadership> listener);

  /**
   * Why the store takes no commits at present; empty when it takes them. Meanwhile {@link #state}
   * is what was known last, and nobody decides about it. A store that fails comes back by itself.
   */
  Optional<StoreFailure> failure();

  Future<Void> close();

  /**
   * Ends a watch; after close returns the watcher is not called again by another thread's commit.
   */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
