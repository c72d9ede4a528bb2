package dev.skep.node.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an engine's answers to pings, and their lack, say of it. An engine that answers nothing for
 * {@link #SILENT_AFTER} is silent: its node can do no work. It counts as back once it has answered
 * for a while without a miss; each silence within an hour doubles that while, so that a node whose
 * engine comes and goes does not come and go with it. Pure; times come from a clock that only goes
 * forward.
 */
final class EngineHealth {
  /**
   * At least as long as an engine's restart takes: its containers run on meanwhile, and moving them
   * would do more harm. It is about twice as long as it takes to notice that a host is gone.
   */
  static final Duration SILENT_AFTER = Duration.ofSeconds(30);

  /** Two pings in a row. */
  static final Duration STEADY_FOR = Duration.ofSeconds(5);

  /** The longest such while, for an engine that falls silent again and again. */
  static final Duration MOST_STEADY_FOR = Duration.ofMinutes(5);

  /** Without a silence for that long, the past is forgiven. */
  static final Duration FORGIVEN_AFTER = Duration.ofHours(1);

  private @Nullable Instant missedSince;
  private @Nullable Instant answeredSince;
  private @Nullable Instant silentAt;
  private Duration steadyFor = STEADY_FOR;
  private boolean silent;
  private String cause = "";

  /** The engine answered. */
  void answered(Instant now) {
    missedSince = null;
    if (answeredSince == null) {
      answeredSince = now;
    }
    if (silent && !answeredSince.plus(steadyFor).isAfter(now)) {
      silent = false;
    }
  }

  /**
   * A question got no answer.
   *
   * @param asked when it was asked
   */
  void missed(Instant asked, Instant now, String why) {
    answeredSince = null;
    if (missedSince == null) {
      missedSince = asked;
    }
    cause = why;
    if (!silent && !missedSince.plus(SILENT_AFTER).isAfter(now)) {
      silent = true;
      Instant before = silentAt;
      steadyFor =
          before == null || before.plus(FORGIVEN_AFTER).isBefore(now)
              ? STEADY_FOR
              : shorter(steadyFor.multipliedBy(2), MOST_STEADY_FOR);
      silentAt = now;
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Why the node can do no work, in words; absent when it can. */
  Optional<String> trouble() {
    return silent
        ? Optional.of(
            "the engine does not answer for %d s: %s".formatted(SILENT_AFTER.toSeconds(), cause))
        : Optional.empty();
  }
}
