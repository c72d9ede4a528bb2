package dev.skep.conf.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for a condition, never for a time. */
final class Await {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private Await() {}

  /**
   * Looks until what it sees is as wanted, and returns that; fails with the last seen after the
   * bound.
   */
  static <T> T until(String wanted, Duration bound, Supplier<T> look, Predicate<T> asWanted) {
    long end = System.nanoTime() + bound.toNanos();
    T seen = look.get();
    while (!asWanted.test(seen)) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "%s: not so within %d s; seen last: %s".formatted(wanted, bound.toSeconds(), seen));
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      seen = look.get();
    }
    return seen;
  }
}
