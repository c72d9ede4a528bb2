package dev.skep.store.memory;

import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.StoreListener;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.replica.Entry;
import dev.skep.store.replica.Proposal;
import dev.skep.store.replica.Replica;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits at once, on the caller's thread. Leads from the start, in term 1; {@link #lead} plays a
 * change of leader, {@link #install} a snapshot that takes the place of commits.
 */
public final class MemoryStore implements Store {
  /** The id of the only member. */
  public static final String MEMBER = "memory";

  private final Replica replica;
  private final Limits limits;
  private volatile @Nullable StoreFailure failure;

  public MemoryStore() {
    this(ClusterState.EMPTY);
  }

  /** Starts from a snapshot. */
  public MemoryStore(ClusterState state) {
    this(state, Limits.NONE);
  }

  public MemoryStore(ClusterState state, Limits limits) {
    this.limits = limits;
    this.replica = new Replica(state, limits, CommitLog.KEPT);
    replica.lead(Leadership.here(1, MEMBER));
  }

  @Override
  public ClusterState state() {
    return replica.state();
  }

  @Override
  public Future<ClusterState> latest() {
    return Future.succeededFuture(state());
  }

  @Override
  public synchronized Future<Commit> commit(Transaction transaction) {
    StoreFailure failed = failure;
    return failed == null
        ? replica.admit(transaction, () -> append(transaction))
        : Future.failedFuture(failed);
  }

  private Future<Commit> append(Transaction transaction) {
    Proposal proposal = replica.propose(transaction);
    replica.apply(
        new Entry(
            replica.applied().index() + 1,
            replica.leadership().term(),
            OptionalLong.of(proposal.id()),
            () -> transaction,
            0),
        () -> {});
    return proposal.future();
  }

  @Override
  public synchronized Watch follow(StoreListener listener) {
    return replica.follow(listener);
  }

  @Override
  public synchronized Watch follow(long afterIndex, StoreListener listener) {
    return replica.follow(afterIndex, listener);
  }

  /** Hands each commit from now on to {@code watcher}, for tests that play no snapshots. */
  public Watch watch(Consumer<Commit> watcher) {
    return follow(
        state().index(),
        new StoreListener() {
          @Override
          public void commit(Commit commit) {
            watcher.accept(commit);
          }

          @Override
          public void reset(ClusterState state) {
            throw new IllegalStateException("nobody expected a snapshot at " + state.index());
          }
        });
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public Leadership leadership() {
    return replica.leadership();
  }

  /** Changes the leadership, as an election would. */
  public synchronized void lead(Leadership next) {
    replica.lead(next);
  }

  /** Plays a snapshot that another member sent, because this one was far behind. */
  public synchronized void install(ClusterState snapshot) {
    replica.load(snapshot);
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
