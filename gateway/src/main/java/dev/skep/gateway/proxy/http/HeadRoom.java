package dev.skep.gateway.proxy.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the heads of all clients' requests may take together: memory and time. A head may be a
 * mebibyte long, and a thousand of those would be more than the daemon has. Any thread may ask.
 *
 * @param patience how long a head may take from its first byte to its last
 */
public record HeadRoom(long bytes, Duration patience, AtomicLong used) {

  /** No head is refused for this much: more than docker's own commands send. */
  static final int FREE_BYTES = 4 * 1024;

  /** Eight of the largest at once; each is copied some times on its way. */
  private static final long BYTES = 8L * RequestHead.MAX_BYTES;

  /** As newer engines have it; older ones wait for ever. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** There is no room left for a head. */
  public record Full() implements HeadReader.Progress {
    public static final String TEXT =
        "too many large requests are under way: the heads of all of them take more than %d MiB;"
                .formatted(BYTES >> 20)
            + " try again when some are answered";
  }

  public static HeadRoom ofGateway() {
    return of(BYTES, PATIENCE);
  }

  public static HeadRoom of(long bytes, Duration patience) {
    return new HeadRoom(bytes, patience, new AtomicLong());
  }

  boolean take(long more) {
    if (used.addAndGet(more) <= bytes) {
      return true;
    }
    used.addAndGet(-more);
    return false;
  }

  void giveBack(long taken) {
    used.addAndGet(-taken);
  }
}
