package dev.skep.node.step;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.Health;

/** What was last seen of a task's container. */
public sealed interface Observed {
  Observed ABSENT = new Absent();

  /**
   * The exit code of a process that was killed, as by the kernel for want of memory; a child of it
   * may be killed alone.
   */
  int KILLED = 137;

  /** There is none. */
  record Absent() implements Observed {}

  /** It exists and was never started. */
  record Created(String containerId) implements Observed {}

  /**
   * Its process exists.
   *
   * @param pid on the host; 0 while nobody asked
   */
  record Alive(String containerId, int pid, Health health) implements Observed {}

  /**
   * Its process has ended.
   *
   * @param cause why, beyond the exit code; empty when the exit code says it all
   */
  record Dead(String containerId, int exitCode, String cause) implements Observed {}

  static Observed of(ContainerDetails details) {
    return switch (details.phase()) {
      case CREATED -> new Created(details.id());
      case RUNNING, PAUSED, RESTARTING -> new Alive(details.id(), details.pid(), details.health());
      case REMOVING, EXITED, DEAD ->
          new Dead(
              details.id(),
              details.exitCode(),
              cause(
                  details.exitCode(),
                  details.oomKilled(),
                  details.health() == Health.UNHEALTHY,
                  details.probeOutput(),
                  details.error()));
    };
  }

  /** The words for what ended a container. */
  static String cause(
      int exitCode,
      boolean outOfMemory,
      boolean unhealthy,
      String probeOutput,
      String engineError) {
    if (outOfMemory && exitCode == KILLED) {
      return "out of memory";
    }
    if (unhealthy) {
      return "dockerexec: unhealthy container"
          + (probeOutput.isBlank() ? "" : ": " + probeOutput.strip());
    }
    return engineError;
  }
}
