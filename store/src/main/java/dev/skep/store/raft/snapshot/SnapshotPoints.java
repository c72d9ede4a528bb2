package dev.skep.store.raft.snapshot;

import dev.skep.store.state.ClusterState;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * The states that the next snapshot can be of. It is not of the present one: the log is purged up
 * to the snapshot, and who follows the commits must find those that it has not seen yet in the log
 * when the process starts again. So an earlier state is written, from before the commits that are
 * still kept for followers, or the last megabyte of them; starting from it brings these back.
 *
 * <p>Not thread-safe; it belongs to the thread that applies the log.
 */
public final class SnapshotPoints {
  /**
   * Entries that may lie behind the present one. Refused transactions are entries too, and however
   * many there are, the log must not grow for ever.
   */
  private static final int ENTRIES_MAX = 16_384;

  /** As above, in bytes of the log. */
  private static final long BYTES_MAX = 64L * 1024 * 1024;

  /**
   * The state after an entry of the log.
   *
   * @param place the entry's
   * @param logBytes how much log there was up to it, counted from where this process started
   */
  public record Point(TermIndex place, ClusterState state, long logBytes) {}

  /** In the log's order, without gaps; never empty. */
  private final Deque<Point> points = new ArrayDeque<>();

  /**
   * @param place of the last entry that {@code state} contains
   */
  SnapshotPoints(TermIndex place, ClusterState state) {
    points.add(new Point(place, state, 0));
  }

  /**
   * Takes note of the state after the next entry.
   *
   * @param bytes of that entry
   */
  void add(TermIndex place, ClusterState state, int bytes) {
    points.addLast(new Point(place, state, points.getLast().logBytes() + bytes));
    while (points.size() > ENTRIES_MAX
        || points.getLast().logBytes() - points.getFirst().logBytes() > BYTES_MAX) {
      points.removeFirst();
    }
  }

  /**
   * The latest point whose state is not younger than {@code index}, or that has so much log behind
   * it, or the oldest that there is; those before it are forgotten.
   *
   * @param index of a commit
   * @param logBytes of the log behind the point that are enough
   */
  Point before(long index, long logBytes) {
    long enough = points.getLast().logBytes() - logBytes;
    Point found = points.removeFirst();
    while (!points.isEmpty()
        && (points.getFirst().state().index() <= index || points.getFirst().logBytes() <= enough)) {
      found = points.removeFirst();
    }
    points.addFirst(found);
    return found;
  }
}
