package dev.skep.conf;

import dev.skep.conf.HeapRule.Pace;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Keeps the heap near what is in use. The serial collector, which costs the least where little is
 * kept, lets the old generation grow to its bound before it collects it, and shrinks the heap only
 * then: a daemon that was busy once would keep for good what it needed for it, and several times
 * what there is to keep. So all of the heap is collected when it has doubled, and when it has grown
 * and little happens ({@link HeapRule}).
 */
final class HeapKeeper {
  private static final long LOOK_MILLIS = 1_000;

  /** So many looks apart, how quiet it is. */
  private static final int QUIET_LOOKS = 20;

  /** Less processor time than this in that time is quiet: a twentieth. */
  private static final Duration QUIET = Duration.ofMillis(LOOK_MILLIS * QUIET_LOOKS / 20);

  private HeapRule rule = HeapRule.FRESH;
  private int looks;
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
    Pace pace = pace();
    boolean due = rule.due(pace, committed - runtime.freeMemory(), committed);
    rule = rule.after(pace, due);
    if (due) {
      System.gc();
      rule = rule.collected(runtime.totalMemory() - runtime.freeMemory());
    }
  }

  private Pace pace() {
    looks++;
    if (looks % QUIET_LOOKS != 0) {
      return Pace.UNKNOWN;
    }
    Duration now = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    boolean quiet = now.minus(spent).compareTo(QUIET) < 0;
    spent = now;
    return quiet ? Pace.QUIET : Pace.BUSY;
  }
}
