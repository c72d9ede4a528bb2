package dev.skep.store.replica;

import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.StoreListener;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One member's copy of what a cluster knows, whoever orders the transactions: it applies the
 * entries of the order, answers those who proposed them here, keeps the recent commits, and tells
 * who follows. What an entry does depends on the entry and the state alone, so every member that
 * applies the same entries comes to the same states.
 *
 * <p>It outlives the stops of what orders: an order that is opened again is applied from its
 * snapshot, and what was shown before is not shown twice. {@link #load} and {@link #apply} belong
 * to one thread at a time; all else may be called by any.
 */
public final class Replica {
  private final CommitLog log;
  private final Proposals proposals = new Proposals();
  private final Followers followers = new Followers(this);
  private final UnderWay underWay;

  /** What is shown. Behind it, {@link #applied} may come from an earlier snapshot. */
  private volatile ClusterState state;

  private volatile ClusterState applied;
  private volatile Leadership leadership = Leadership.NONE;

  /**
   * @param start the state to begin with
   * @param limits how much there may be of everything
   * @param keptCommits so many at most are kept for who follows from an index
   */
  public Replica(ClusterState start, Limits limits, int keptCommits) {
    this.state = start;
    this.applied = start;
    this.log = new CommitLog(start.index(), keptCommits);
    this.underWay = new UnderWay(limits, this::state);
  }

  /** The latest state that was shown. */
  public ClusterState state() {
    return state;
  }

  /** The state after the last entry that was applied: that of the next snapshot at the latest. */
  public ClusterState applied() {
    return applied;
  }

  // ------------------------------------------------------------------ proposing

  /**
   * Counts a transaction against the limits until its future is over.
   *
   * @param order hands it to what orders
   * @return failed with {@link StoreException} when it would go beyond a limit
   */
  public Future<Commit> admit(Transaction transaction, Supplier<Future<Commit>> order) {
    try {
      return underWay.commit(transaction, order);
    } catch (StoreException e) {
      return Future.failedFuture(e);
    }
  }

  /**
   * From now on the entry with the proposal's id completes its future.
   *
   * @param readBack the transaction as it was read back from what is stored
   */
  public Proposal propose(Transaction readBack) {
    return proposals.add(readBack);
  }

  /** Fails a proposal, unless it was applied meanwhile. */
  public void giveUp(long proposal, Throwable cause) {
    proposals.fail(proposal, cause);
  }

  /** What orders has stopped: nothing that was proposed is known to come. */
  public void giveUpAll(Throwable cause) {
    proposals.failAll(cause);
  }

  // ------------------------------------------------------------------ applying

  /**
   * Applies the next entry. A transaction that is refused changes nothing, here as everywhere.
   *
   * @param durable called before anybody is told or answered
   * @throws StoreFailure when the entry cannot be read or applied: a bug, or damage; its proposal
   *     has failed
   */
  public void apply(Entry entry, Runnable durable) {
    Proposals.@Nullable Pending own =
        entry.proposal().isPresent() ? proposals.take(entry.proposal().getAsLong()) : null;
    try {
      Transaction transaction = own == null ? entry.transaction().get() : own.transaction();
      Commit commit = commit(transaction, entry);
      applied = commit.state();
      durable.run();
      show(commit, entry.bytes());
      if (own != null) {
        own.promise().complete(commit);
      }
    } catch (StoreException e) {
      durable.run();
      if (own != null) {
        own.promise().fail(e);
      }
    } catch (RuntimeException e) {
      StoreFailure bug =
          new StoreFailure("log entry " + entry.index() + " cannot be applied: " + e, false, e);
      if (own != null) {
        own.promise().fail(bug);
      }
      throw bug;
    }
  }

  private Commit commit(Transaction transaction, Entry entry) {
    Long decidedUnder = transaction.term();
    if (decidedUnder != null && decidedUnder != entry.term()) {
      throw new StoreException(new Refusal.StaleTerm(decidedUnder, entry.term()));
    }
    return applied.apply(transaction, entry.index());
  }

  private synchronized void show(Commit commit, int bytes) {
    if (commit.index() > state.index()) {
      state = commit.state();
      log.add(commit, bytes);
      followers.commit(commit);
    }
  }

  /**
   * A snapshot takes the place of the state: at the start, or because the entries in between are
   * gone. In the second case nobody knows any more what became of the proposals.
   */
  public void load(ClusterState snapshot) {
    applied = snapshot;
    synchronized (this) {
      if (snapshot.index() > state.index()) {
        state = snapshot;
        log.reset(snapshot.index());
        followers.reset(snapshot);
      }
    }
    // Refused ones too: they leave no trace in the state.
    proposals.failAll(
        new StoreFailure(
            "this manager was far behind and took over a snapshot; the change may have been"
                + " committed",
            false,
            null));
  }

  // ------------------------------------------------------------------ following

  /** All commits after this index are kept. */
  public synchronized long oldestKept() {
    return log.oldestKnown();
  }

  /** As {@link Store#follow(StoreListener)}. */
  public synchronized Store.Watch follow(StoreListener listener) {
    ClusterState now = state;
    Store.Watch watch = followers.add(listener);
    Followers.tell(listener, told -> told.reset(now));
    Followers.tell(listener, told -> told.leadership(leadership));
    return watch;
  }

  /** As {@link Store#follow(long, StoreListener)}. */
  public synchronized Store.Watch follow(long afterIndex, StoreListener listener) {
    StoreListener later = new After(afterIndex, listener);
    log.after(afterIndex); // throws before anything is told
    Leadership leads = leadership;
    Followers.tell(later, told -> told.leadership(leads));
    long replayed;
    do {
      replayed = log.newest();
      log.after(afterIndex).forEach(kept -> Followers.tell(later, told -> told.commit(kept)));
    } while (replayed < log.newest()); // the listener itself committed
    return followers.add(later);
  }

  /** Hands on no commit twice, and none up to an index that may be yet to come. */
  private static final class After implements StoreListener {
    private final StoreListener listener;
    private long seen;

    After(long seen, StoreListener listener) {
      this.seen = seen;
      this.listener = listener;
    }

    @Override
    public void commit(Commit commit) {
      if (commit.index() > seen) {
        seen = commit.index();
        listener.commit(commit);
      }
    }

    @Override
    public void reset(ClusterState state) {
      if (state.index() > seen) {
        seen = state.index();
        listener.reset(state);
      }
    }

    @Override
    public void leadership(Leadership now) {
      listener.leadership(now);
    }
  }

  public Leadership leadership() {
    return leadership;
  }

  /** Takes note of who leads, and tells it when it is news. */
  public synchronized void lead(Leadership now) {
    if (!now.equals(leadership)) {
      leadership = now;
      followers.leadership(now);
    }
  }
}
