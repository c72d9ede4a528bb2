package dev.skep.store.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day, without its jumps: it goes on evenly while somebody sets the host's clock, and
 * nears that afterwards by running a little faster or slower, as a clock does that is corrected. So
 * a delay that is dated with it takes the time that it says, and what happens later has a later
 * date. Any thread may call.
 */
public final class SteadyClock implements InstantSource {
  /**
   * The part of the passing time by which it is corrected: an hour is made up for in twelve, and a
   * delay of a minute takes up to five seconds more or less meanwhile. chrony corrects by as much.
   */
  static final int CORRECTION = 12;

  /**
   * A clock that is set forward by more was not right before (a host without a battery starts in
   * 1970), or the host slept: that is taken over at once. Then the delays under way end early.
   */
  static final Duration MOST_BEHIND = Duration.ofDays(2);

  private final InstantSource wall;
  private final LongSupplier nanos;
  private long read;
  private Instant now;

  /**
   * @param wall the host's time of day
   * @param nanos nanoseconds that only go forward, such as {@link System#nanoTime}
   */
  public SteadyClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.read = nanos.getAsLong();
    this.now = wall.instant();
  }

  @Override
  public synchronized Instant instant() {
    long reading = nanos.getAsLong();
    long passed = Math.max(0, reading - read);
    read = reading;
    Instant even = now.plusNanos(passed);
    Instant shown = wall.instant();
    Duration behind = Duration.between(even, shown);
    if (behind.compareTo(MOST_BEHIND) > 0) {
      now = shown;
    } else {
      long most = passed / CORRECTION;
      long wanted = behind.abs().compareTo(Duration.ofNanos(most)) < 0 ? behind.toNanos() : most;
      now = even.plusNanos(behind.isNegative() ? -Math.abs(wanted) : wanted);
    }
    return now;
  }

  /**
   * It has been this late already, by what another clock dated: an earlier life of this host whose
   * clock was set back since, or another leader's. Nothing is dated before what is known.
   */
  public synchronized void notBefore(Instant seen) {
    if (seen.isAfter(instant())) {
      now = seen;
    }
  }
}
