package dev.skep.ingress.userspace;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks for a newer routing table when failed connections show that this node's may be old. Many
 * connections fail at once; asking more often than after a pause would not help them. Any thread
 * may call.
 */
final class StaleTableCheck {
  static final Duration PAUSE = Duration.ofMillis(200);

  private final Runnable refresh;
  private final AtomicLong askedNanos;

  /**
   * @param nowNanos a time of {@link System#nanoTime}, as all here
   */
  StaleTableCheck(Runnable refresh, long nowNanos) {
    this.refresh = refresh;
    this.askedNanos = new AtomicLong(nowNanos - PAUSE.toNanos());
  }

  void suspect(long nowNanos) {
    long asked = askedNanos.get();
    if (nowNanos - asked >= PAUSE.toNanos() && askedNanos.compareAndSet(asked, nowNanos)) {
      refresh.run();
    }
  }
}
