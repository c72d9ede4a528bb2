package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Forgets tasks: those that are to be removed once their node is done with them, those that never
 * reached a node, and the oldest of a slot when it has more than the cluster keeps. As many as the
 * plan has room for: a limit that was lowered makes thousands of them too many at once.
 */
final class Reaper {
  private final Plan plan;
  private final PlacementCheck placementCheck;
  private final int limit;
  private final Function<Slot, @Nullable Task> evidence;

  /**
   * @param limit tasks of a slot that are kept, the one that is wanted included
   * @param evidence the task of a slot that is still needed to tell how an update goes; may give
   *     null
   */
  Reaper(
      Plan plan,
      PlacementCheck placementCheck,
      int limit,
      Function<Slot, @Nullable Task> evidence) {
    this.plan = plan;
    this.placementCheck = placementCheck;
    this.limit = limit;
    this.evidence = evidence;
  }

  void reap(Slot slot) {
    for (Task task : List.copyOf(slot.tasks())) {
      if (done(task)) {
        if (plan.stopsAt(task.serviceId())) {
          return;
        }
        slot.delete(plan, task);
      }
    }
    int excess = slot.tasks().size() - limit;
    if (excess <= 0) {
      return;
    }
    List<Task> all = List.copyOf(slot.tasks());
    Task needed = evidence.apply(slot);
    // The newest stays: it says that the slot is taken, or why it is empty.
    for (Task task : all.subList(0, all.size() - 1)) {
      if (excess > 0 && !task.equals(needed) && !Slot.wanted(task) && task.state().ended()) {
        if (plan.stopsAt(task.serviceId())) {
          return;
        }
        slot.delete(plan, task);
        excess--;
      }
    }
  }

  private boolean done(Task task) {
    if (Slot.wanted(task)) {
      return false;
    }
    return !PlacementCheck.assigned(task)
        || (task.desiredState() == TaskState.REMOVE && !placementCheck.mayRun(task));
  }
}
