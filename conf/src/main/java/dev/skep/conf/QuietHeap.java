package dev.skep.conf;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Gives the heap's memory back to the host when little happens. The serial collector shrinks the
 * heap when it has collected all of it, which it does by itself only when there is no room left: so
 * a daemon that was busy once would keep for good what it needed then.
 */
final class QuietHeap {
  private static final long LOOK_MILLIS = 20_000;

  /** Less processor time than this between two looks is quiet: a twentieth. */
  private static final Duration QUIET = Duration.ofMillis(LOOK_MILLIS / 20);

  /** Below this there is little to give back. */
  private static final long SMALL_BYTES = 48L * 1024 * 1024;

  private long committedAfter;
  private long usedAfter;
  private Duration last = Duration.ZERO;

  private QuietHeap() {}

  /** Looks at this process from time to time, as long as {@code vertx} lives. */
  static void watch(Vertx vertx) {
    QuietHeap heap = new QuietHeap();
    vertx.setPeriodic(LOOK_MILLIS, timer -> heap.look());
  }

  private void look() {
    Duration now = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    Duration spent = now.minus(last);
    last = now;
    Runtime runtime = Runtime.getRuntime();
    long committed = runtime.totalMemory();
    if (spent.compareTo(QUIET) < 0
        && worth(committed, committed - runtime.freeMemory(), committedAfter, usedAfter)) {
      System.gc();
      committedAfter = runtime.totalMemory();
      usedAfter = committedAfter - runtime.freeMemory();
    }
  }

  /**
   * Whether to collect all: the heap has grown since the last time, or half as much again as was in
   * use then is in use now. So a large heap that nothing happens to is collected once.
   */
  static boolean worth(long committed, long used, long committedAfter, long usedAfter) {
    return committed > SMALL_BYTES
        && (committed > committedAfter || used > usedAfter + Math.max(SMALL_BYTES, usedAfter / 2));
  }
}
