package dev.skep.conf.control;

import dev.skep.conf.Reason;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Says in the log who was turned away and why, however many there are: one line, and no other until
 * the pause is over, whose count tells how many went unsaid. Any thread may call.
 */
public final class RefusalLog {
  /** Often enough to see that somebody tries, seldom enough that nobody fills a disk by it. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final Logger log;
  private final String message;
  private final LongSupplier nanos;
  private @Nullable Long saidNanos;
  private long unsaid;

  /**
   * @param message the constant part of the line
   */
  public RefusalLog(Logger log, String message) {
    this(log, message, System::nanoTime);
  }

  RefusalLog(Logger log, String message, LongSupplier nanos) {
    this.log = log;
    this.message = message;
    this.nanos = nanos;
  }

  /**
   * Somebody was turned away.
   *
   * @param reason may hold what the peer said; it is cut and cleaned here
   */
  public void add(@Nullable SocketAddress peer, String reason) {
    long before;
    synchronized (this) {
      long now = nanos.getAsLong();
      if (saidNanos != null && now - saidNanos < PAUSE.toNanos()) {
        unsaid++;
        return;
      }
      saidNanos = now;
      before = unsaid;
      unsaid = 0;
    }
    log.atWarn()
        .addKeyValue("peer", peer)
        .addKeyValue("reason", Reason.shown(reason))
        .addKeyValue("unsaid", before)
        .log(message);
  }
}
