package dev.skep.store.replica;

import dev.skep.store.state.Change;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Totals;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The recent commits, for who comes late. Not thread-safe: its replica's lock guards it. */
public final class CommitLog {
  /**
   * Commits kept for who follows from an index; enough to come back after a restart of a part, or
   * of the whole process where the store keeps its log.
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
  private final int kept;
  private int recentChanges;
  private long recentBytes;
  private long oldestKnown;
  private long newest;

  /**
   * @param startIndex the index of the snapshot that the log starts from: commits up to it are not
   *     kept
   * @param kept commits at most
   */
  CommitLog(long startIndex, int kept) {
    this.oldestKnown = startIndex;
    this.newest = startIndex;
    this.kept = kept;
  }

  /**
   * Keeps a commit.
   *
   * @param bytes that it takes in the store's log
   */
  void add(Commit commit, int bytes) {
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
  }

  private static long removed(Commit commit) {
    long bytes = 0;
    for (Change change : commit.changes()) {
      if (change instanceof Change.Deleted(var before)) {
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

  /** The index from which one may follow at the earliest: all commits after it are kept. */
  long oldestKnown() {
    return oldestKnown;
  }

  /** The index of the last commit, or of the snapshot when there was none since. */
  long newest() {
    return newest;
  }

  /** Forgets all commits: a snapshot at {@code index} took their place. */
  void reset(long index) {
    recent.clear();
    recentChanges = 0;
    recentBytes = 0;
    oldestKnown = index;
    newest = index;
  }

  /**
   * The commits after an index. Throws {@link StoreException} with {@link Refusal.Compacted} when
   * these are no longer kept.
   */
  List<Commit> after(long index) {
    if (index < oldestKnown) {
      throw new StoreException(new Refusal.Compacted(index, oldestKnown));
    }
    return recent.stream().map(Kept::commit).filter(commit -> commit.index() > index).toList();
  }
}
