package dev.skep.store;

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
   * restart of its part.
   */
  public static final int KEPT = 1024;

  /**
   * Changes kept in all, whatever the number of commits: a few hundred bytes each, so that
   * transactions of a thousand tasks do not fill the memory.
   */
  public static final int KEPT_CHANGES = 16_384;

  private final Deque<Commit> recent = new ArrayDeque<>();
  private final Listeners<Commit> watchers = new Listeners<>();
  private int recentChanges;
  private long oldestKnown;
  private long newest;

  /**
   * @param startIndex the index of the snapshot that the log starts from: commits up to it are not
   *     kept
   */
  public CommitLog(long startIndex) {
    this.oldestKnown = startIndex;
    this.newest = startIndex;
  }

  /** Keeps a commit and hands it to the watchers. */
  public synchronized void add(Commit commit) {
    recent.addLast(commit);
    recentChanges += commit.changes().size();
    newest = commit.index();
    while (recent.size() > KEPT || (recentChanges > KEPT_CHANGES && recent.size() > 1)) {
      Commit oldest = recent.removeFirst();
      recentChanges -= oldest.changes().size();
      oldestKnown = oldest.index();
    }
    watchers.tell(commit);
  }

  /** Forgets all commits: a snapshot at {@code index} took their place. */
  public synchronized void reset(long index) {
    recent.clear();
    recentChanges = 0;
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
      for (Commit commit : recent.toArray(Commit[]::new)) {
        Listeners.tell(follower, commit);
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
