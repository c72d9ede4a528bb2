package dev.skep.node.step;

import dev.skep.engine.Health;
import dev.skep.store.model.TaskState;

/**
 * Decides, from what is wanted, what was reported and what is seen, the one next step of a task.
 * Pure; states only move up the ladder.
 */
public final class TaskStep {
  private static final String DESTROYED = "dockerexec: container destroyed";

  private TaskStep() {}

  public static Step next(Desired desired, TaskState reported, Observed container) {
    if (desired.removal()) {
      return removal(desired, reported, container);
    }
    if (reported.ended()) {
      return container instanceof Observed.Alive alive
          ? new Step.Stop(alive.containerId())
          : Step.REST;
    }
    if (desired.shutdown()) {
      return container instanceof Observed.Alive alive
          ? new Step.Stop(alive.containerId())
          : shutDown();
    }
    if (!desired.state().after(reported) && desired.state() != TaskState.RUNNING) {
      return Step.REST;
    }
    return switch (reported) {
      case NEW, ALLOCATED, PENDING, ASSIGNED -> new Step.Advance(TaskState.ACCEPTED, "accepted");
      case ACCEPTED -> new Step.Advance(TaskState.PREPARING, "preparing");
      case PREPARING ->
          container instanceof Observed.Absent
              ? Step.PREPARE
              : new Step.Advance(TaskState.READY, "prepared");
      case READY ->
          container instanceof Observed.Absent
              ? failed(reported, DESTROYED)
              : new Step.Advance(TaskState.STARTING, "starting");
      case STARTING -> whenStarting(container);
      case RUNNING -> whenRunning(container);
      case COMPLETE, SHUTDOWN, FAILED, REJECTED, REMOVE, ORPHANED -> Step.REST;
    };
  }

  /**
   * How a task ends that could not be taken further: before it was to start it is rejected, after
   * that it has failed.
   */
  public static Step.End failed(TaskState reported, String err) {
    return new Step.End(
        TaskState.STARTING.after(reported) ? TaskState.REJECTED : TaskState.FAILED, null, err);
  }

  private static Step removal(Desired desired, TaskState reported, Observed container) {
    if (container instanceof Observed.Alive alive) {
      return desired.dropsAtOnce()
          ? new Step.Remove(alive.containerId())
          : new Step.Stop(alive.containerId());
    }
    if (desired.assigned() && !reported.ended()) {
      return shutDown();
    }
    return switch (container) {
      case Observed.Created created -> new Step.Remove(created.containerId());
      case Observed.Dead dead -> new Step.Remove(dead.containerId());
      case Observed.Absent _, Observed.Alive _ -> desired.assigned() ? Step.REST : Step.FORGET;
    };
  }

  private static Step whenStarting(Observed container) {
    return switch (container) {
      case Observed.Created created -> new Step.Start(created.containerId());
      case Observed.Alive alive ->
          switch (alive.health()) {
            case NONE, HEALTHY -> new Step.Advance(TaskState.RUNNING, "started");
            case STARTING -> Step.REST;
            case UNHEALTHY -> new Step.Stop(alive.containerId());
          };
      case Observed.Dead dead -> ended(dead);
      case Observed.Absent _ -> failed(TaskState.STARTING, DESTROYED);
    };
  }

  private static Step whenRunning(Observed container) {
    return switch (container) {
      case Observed.Alive alive ->
          alive.health() == Health.UNHEALTHY ? new Step.Stop(alive.containerId()) : Step.REST;
      case Observed.Dead dead -> ended(dead);
      case Observed.Absent _, Observed.Created _ -> failed(TaskState.RUNNING, DESTROYED);
    };
  }

  private static Step ended(Observed.Dead dead) {
    if (dead.exitCode() == 0 && dead.cause().isEmpty()) {
      return new Step.End(TaskState.COMPLETE, "finished", null);
    }
    String cause = dead.cause().isEmpty() ? "" : ": " + dead.cause();
    return new Step.End(
        TaskState.FAILED, null, "task: non-zero exit (" + dead.exitCode() + ")" + cause);
  }

  private static Step shutDown() {
    return new Step.End(TaskState.SHUTDOWN, "shutdown", null);
  }
}
