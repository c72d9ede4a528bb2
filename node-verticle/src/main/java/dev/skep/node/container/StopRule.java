package dev.skep.node.container;

import dev.skep.engine.Engine;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.Duration;
import java.util.Set;

/** How a task's container is stopped: by which signal, and with how much time. */
public final class StopRule {
  /** Swarm's grace period when the spec says none. */
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  private static final Set<String> KILL = Set.of("SIGKILL", "KILL", "9");

  private StopRule() {}

  public static Duration grace(ContainerSpec spec) {
    Long nanos = spec.stopGracePeriod();
    return nanos == null ? DEFAULT_GRACE : Duration.ofNanos(Math.max(0, nanos));
  }

  static int graceSeconds(ContainerSpec spec) {
    return Engine.wholeSeconds(grace(spec));
  }

  /**
   * Whether stopping means killing, so that nothing is lost when a forced removal does it.
   *
   * @param signal the spec's, or where that has none the image's; empty for the engine's default
   */
  public static boolean killsAtOnce(ContainerSpec spec, String signal) {
    return grace(spec).isZero() || KILL.contains(signal);
  }
}
