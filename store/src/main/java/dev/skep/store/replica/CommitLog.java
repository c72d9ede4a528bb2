package dev.skep.store.replica;

import dev.skep.store.Store;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.state.Change;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Totals;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The recent commits and those who follow them: what every store's {@link Store#watch} is made of.
 * A watcher gets each commit once and in order, whatever thread commits, also when a watcher itself
 * commits or watches. Watchers are called under the log's lock.
 */
public final class CommitLog {
  /**
   * Commits kept for watches that start from an index; enough for a watcher to come back after a
   * restart of its part, or of the whole process where the store keeps its log.
   */
  public static final int KEPT = 1024;

  /**
   * Changes kept in all, whatever the number of commits: a few hundred bytes each, so that
   * transactions of a thousand tasks do not fill the memory.
   */
  public static final int KEPT_CHANGES = 16_384;

  /**
   * What the kept commits take: in the store's log, where it has one, or as what was removed and
   * only they still hold, whichever is more. Configs may be large.
   */
  public static final long KEPT_BYTES = 16L * 1024 * 1024;

  private record Kept(Commit commit, long bytes) {}

  private final Deque<Kept> recent = new ArrayDeque<>();
  private final Listeners<Commit> watchers = new Listeners<>();
  private final int kept;
  private int recentChanges;
  private long recentBytes;
  private long oldestKnown;
  private long newest;

  /**
   * @param startIndex the index of the snapshot that the log starts from: commits up to it are not
   *     kept
   */
  public CommitLog(long startIndex) {
    this(startIndex, KEPT);
  }

  /**
   * @param startIndex the index of the snapshot that the log starts from: commits up to it are not
   *     kept
   * @param kept commits at most
   */
  public CommitLog(long startIndex, int kept) {
    this.oldestKnown = startIndex;
    this.newest = startIndex;
    this.kept = kept;
  }

  /** Keeps a commit and hands it to the watchers. */
  public void add(Commit commit) {
    add(commit, 0);
  }

  /**
   * Keeps a commit and hands it to the watchers.
   *
   * @param bytes that it takes in the store's log
   */
  public synchronized void add(Commit commit, int bytes) {
    Kept last = new Kept(commit, Math.max(bytes, removed(commit)));
    recent.addLast(last);
    recentChanges += commit.changes().size();
    recentBytes += last.bytes();
    newest = commit.index();
    while (tooMuch()) {
      Kept oldest = recent.removeFirst();
      recentChanges -= oldest.commit().changes().size();
      recentBytes -= oldest.bytes();
      oldestKnown = oldest.commit().index();
    }
    watchers.tell(commit);
  }

  private static long removed(Commit commit) {
    long bytes = 0;
    for (Change change : commit.changes()) {
      if (change instanceof Change.Deleted(SwarmObject before)) {
        bytes += Totals.of(before).bytes();
      }
    }
    return bytes;
  }

  /** The last commit is kept however large it is. */
  private boolean tooMuch() {
    return recent.size() > kept
        || (recent.size() > 1 && (recentChanges > KEPT_CHANGES || recentBytes > KEPT_BYTES));
  }

  /** The index that a watch may start from at the earliest: all commits after it are kept. */
  public synchronized long oldestKnown() {
    return oldestKnown;
  }

  /** Forgets all commits: a snapshot at {@code index} took their place. */
  public synchronized void reset(long index) {
    recent.clear();
    recentChanges = 0;
    recentBytes = 0;
    oldestKnown = index;
    newest = index;
  }

  public synchronized Store.Watch watch(Consumer<Commit> watcher) {
    return watchers.add(new Follower(newest, watcher));
  }

  /**
   * Throws {@link StoreException} with {@link Refusal.Compacted} when commits after {@code
   * afterIndex} are no longer kept.
   */
  public synchronized Store.Watch watch(long afterIndex, Consumer<Commit> watcher) {
    if (afterIndex < oldestKnown) {
      throw new StoreException(new Refusal.Compacted(afterIndex, oldestKnown));
    }
    Follower follower = new Follower(afterIndex, watcher);
    long replayed;
    do {
      replayed = newest;
      for (Kept seen : recent.toArray(Kept[]::new)) {
        Listeners.tell(follower, seen.commit());
      }
    } while (replayed < newest); // the watcher itself committed
    return watchers.add(follower);
  }

  /** Hands on what it has not seen: a replay may run ahead of the commits that are being told. */
  private static final class Follower implements Consumer<Commit> {
    private final Consumer<Commit> watcher;
    private long seen;

    Follower(long seen, Consumer<Commit> watcher) {
      this.seen = seen;
      this.watcher = watcher;
    }

    @Override
    public void accept(Commit commit) {
      if (commit.index() > seen) {
        seen = commit.index();
        watcher.accept(commit);
      }
    }
  }
}
