package dev.skep.conf;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Keeps the heap near what is in use. The serial collector, which costs the least where little is
 * kept, lets the old generation grow to its bound before it collects it, and shrinks the heap only
 * then: a daemon that was busy once would keep for good what it needed for it, and several times
 * what there is to keep. So all of the heap is collected when it has doubled, and when it has grown
 * and little happens.
 */
final class HeapKeeper {
  private static final long LOOK_MILLIS = 1_000;

  /** So many looks apart, how quiet it is. */
  private static final int QUIET_LOOKS = 20;

  /** Less processor time than this in that time is quiet: a twentieth. */
  private static final Duration QUIET = Duration.ofMillis(LOOK_MILLIS * QUIET_LOOKS / 20);

  /** Below this there is little to give back. */
  private static final long SMALL_BYTES = 48L * 1024 * 1024;

  /** What may be in use beside twice what was: the young generation, and what is under way. */
  private static final long BUSY_BYTES = 128L * 1024 * 1024;

  private long usedAfter;
  private int looks;
  private boolean worked;
  private Duration spent = Duration.ZERO;

  private HeapKeeper() {}

  /** Looks at this process from time to time, as long as {@code vertx} lives. */
  static void watch(Vertx vertx) {
    HeapKeeper heap = new HeapKeeper();
    vertx.setPeriodic(LOOK_MILLIS, timer -> heap.look());
  }

  private void look() {
    Runtime runtime = Runtime.getRuntime();
    long committed = runtime.totalMemory();
    long used = committed - runtime.freeMemory();
    boolean due = doubled(used, usedAfter);
    looks++;
    if (looks % QUIET_LOOKS == 0) {
      Duration now = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
      boolean quiet = now.minus(spent).compareTo(QUIET) < 0;
      spent = now;
      due |= quiet && ((worked && committed > SMALL_BYTES) || grown(used, usedAfter));
      worked = !quiet || (worked && !due);
    }
    if (due) {
      System.gc();
      usedAfter = runtime.totalMemory() - runtime.freeMemory();
    }
  }

  /** Whether to collect all of a heap that is at work: twice as much is in use as was then. */
  static boolean doubled(long used, long usedAfter) {
    return used > 2 * usedAfter + BUSY_BYTES;
  }

  /** Whether to collect a heap that rests, and has rested since: what is in use has crept up. */
  static boolean grown(long used, long usedAfter) {
    return used > SMALL_BYTES && used > usedAfter + Math.max(SMALL_BYTES, usedAfter / 2);
  }
}
