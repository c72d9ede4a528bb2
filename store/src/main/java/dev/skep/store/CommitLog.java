package dev.skep.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The recent commits and those who follow them: what every store's {@link Store#watch} is made of.
 * All methods are called under the owning store's lock or from its one applying thread, except
 * {@link Store.Watch#close}.
 */
public final class CommitLog {
  /**
   * Commits kept for watches that start from an index; enough for a watcher to come back after a
   * restart of its part.
   */
  public static final int KEPT = 4096;

  private final Deque<Commit> recent = new ArrayDeque<>();
  private final List<Consumer<Commit>> watchers = new ArrayList<>();
  private long oldestKnown;

  /**
   * @param startIndex the index of the snapshot that the log starts from: commits up to it are not
   *     kept
   */
  public CommitLog(long startIndex) {
    this.oldestKnown = startIndex;
  }

  /** Keeps a commit and hands it to the watchers. */
  public synchronized void add(Commit commit) {
    recent.addLast(commit);
    if (recent.size() > KEPT) {
      oldestKnown = recent.removeFirst().index();
    }
    List.copyOf(watchers).forEach(watcher -> watcher.accept(commit));
  }

  /** Forgets all commits: a snapshot at {@code index} took their place. */
  public synchronized void reset(long index) {
    recent.clear();
    oldestKnown = index;
  }

  public synchronized Store.Watch watch(Consumer<Commit> watcher) {
    watchers.add(watcher);
    return () -> {
      synchronized (this) {
        watchers.remove(watcher);
      }
    };
  }

  /**
   * Throws {@link StoreException} with {@link Refusal.Compacted} when commits after {@code
   * afterIndex} are no longer kept.
   */
  public synchronized Store.Watch watch(long afterIndex, Consumer<Commit> watcher) {
    if (afterIndex < oldestKnown) {
      throw new StoreException(new Refusal.Compacted(afterIndex, oldestKnown));
    }
    for (Commit commit : recent) {
      if (commit.index() > afterIndex) {
        watcher.accept(commit);
      }
    }
    return watch(watcher);
  }
}
