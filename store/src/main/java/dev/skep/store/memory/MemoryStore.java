package dev.skep.store.memory;

import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.replica.LeadershipListeners;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Totals;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits at once, on the caller's thread. Leads from the start, in term 1; {@link #lead} plays a
 * change of leader.
 */
public final class MemoryStore implements Store {
  private final CommitLog log;
  private final LeadershipListeners leadership = new LeadershipListeners(new Leadership(true, 1));
  private final Limits limits;
  private volatile ClusterState state;
  private volatile @Nullable StoreFailure failure;

  public MemoryStore() {
    this(ClusterState.EMPTY);
  }

  /** Starts from a snapshot. */
  public MemoryStore(ClusterState state) {
    this(state, Limits.NONE);
  }

  public MemoryStore(ClusterState state, Limits limits) {
    this.state = state;
    this.limits = limits;
    this.log = new CommitLog(state.index());
  }

  @Override
  public ClusterState state() {
    return state;
  }

  @Override
  public synchronized Future<Commit> commit(Transaction transaction) {
    StoreFailure failed = failure;
    if (failed != null) {
      return Future.failedFuture(failed);
    }
    try {
      Long term = transaction.term();
      if (term != null && term != leadership.now().term()) {
        throw new StoreException(new Refusal.StaleTerm(term, leadership.now().term()));
      }
      limits.check(state, Totals.NONE, transaction);
      Commit commit = state.apply(transaction, state.index() + 1);
      state = commit.state();
      log.add(commit);
      return Future.succeededFuture(commit);
    } catch (StoreException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public synchronized Watch watch(Consumer<Commit> watcher) {
    return log.watch(watcher);
  }

  @Override
  public synchronized Watch watch(long afterIndex, Consumer<Commit> watcher) {
    return log.watch(afterIndex, watcher);
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public Leadership leadership() {
    return leadership.now();
  }

  @Override
  public Watch onLeadership(Consumer<Leadership> listener) {
    return leadership.follow(listener);
  }

  /** Changes the leadership, as an election would. */
  public synchronized void lead(Leadership next) {
    leadership.change(next);
  }

  @Override
  public Optional<StoreFailure> failure() {
    return Optional.ofNullable(failure);
  }

  /** Plays a disk that takes no writes, until the failure is null. */
  public synchronized void fail(@Nullable StoreFailure cause) {
    failure = cause;
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
