package dev.skep.node.task;

import dev.skep.node.container.StopRule;
import dev.skep.node.step.Desired;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import org.jspecify.annotations.Nullable;

/** What the leader wants of a task. */
final class TaskIntent {
  private @Nullable Task task;
  private boolean assigned;

  void assign(Task wanted) {
    task = wanted;
    assigned = true;
  }

  void unassign() {
    assigned = false;
  }

  /** As it was assigned last; null for a container that was found and that no assignment names. */
  @Nullable Task task() {
    return task;
  }

  boolean assigned() {
    return assigned;
  }

  @Nullable ContainerSpec spec() {
    return task == null ? null : task.spec().containerSpec();
  }

  /** Whether the container has a terminal. */
  boolean tty() {
    ContainerSpec spec = spec();
    return spec != null && Boolean.TRUE.equals(spec.tty());
  }

  /** Whether a task in that state is where it is wanted; else it is on its way. */
  boolean reached(TaskState state) {
    return task == null || !task.desiredState().after(state);
  }

  /**
   * What the task is to be brought to.
   *
   * @param stopSignal of its container
   */
  Desired desired(String stopSignal) {
    ContainerSpec spec = spec();
    boolean dropsAtOnce =
        StopRule.killsAtOnce(spec == null ? ContainerSpec.of("") : spec, stopSignal);
    return new Desired(
        task == null ? TaskState.REMOVE : task.desiredState(), assigned, dropsAtOnce);
  }
}
