package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.place.Placement;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Gets nodes for the tasks of a service that have none, as many as the plan has room for. Those
 * that wait for their addresses are not looked at.
 *
 * <p>The placement knows nothing of gateways. A task that was placed on a node that can have none
 * is taken off it again and waits; so does one for which the plan has no room, without a word.
 */
final class Placing {
  private final Plan plan;
  private final String serviceId;
  private final Gateways gateways;
  private final Placement placement;

  Placing(Plan plan, String serviceId, Gateways gateways) {
    this.plan = plan;
    this.serviceId = serviceId;
    this.gateways = gateways;
    this.placement = new Placement(plan.fleet(), plan.now());
  }

  void place(List<Slot> slots) {
    List<List<Task>> groups = new ArrayList<>();
    for (Slot slot : slots) {
      for (Task task : slot.tasks()) {
        if (!Slot.wanted(task)
            || PlacementCheck.assigned(task)
            || task.state() == TaskState.NEW
            || !plan.networks().lacking(task).isEmpty()) {
          continue;
        }
        if (slot.nodeId().isEmpty()) {
          groupOf(task, groups).add(task);
        } else if (plan.room(task) > 0 || plan.changes(task.id())) {
          take(placement.placeThere(task));
        } else {
          plan.unfinished(serviceId);
        }
      }
    }
    groups.forEach(this::placeGroup);
  }

  /** The group of tasks that are alike; there is one, and a few more during an update. */
  private static List<Task> groupOf(Task task, List<List<Task>> groups) {
    for (List<Task> group : groups) {
      Task like = group.getFirst();
      if (like.spec().equals(task.spec()) && Objects.equals(like.endpoint(), task.endpoint())) {
        return group;
      }
    }
    List<Task> group = new ArrayList<>();
    groups.add(group);
    return group;
  }

  private void placeGroup(List<Task> group) {
    List<Task> now = new ArrayList<>();
    List<Task> later = new ArrayList<>();
    int room = plan.room(group.getFirst());
    for (Task task : group) {
      if (plan.changes(task.id()) || room-- > 0) {
        now.add(task);
      } else {
        later.add(task);
      }
    }
    String refusal = "";
    if (!now.isEmpty()) {
      refusal = take(placement.place(now));
    }
    if (later.isEmpty()) {
      return;
    }
    if (refusal.isEmpty()) {
      plan.unfinished(serviceId);
    } else {
      // The tasks are alike: what keeps one from a node keeps all.
      letWait(placement.refuse(later, refusal));
    }
  }

  /**
   * Puts into the plan what became of tasks.
   *
   * @return why no more of such tasks need be tried; empty when others may come to a node
   */
  private String take(Placement.Outcome outcome) {
    String refusal = "";
    boolean any = false;
    for (Task task : outcome.placed()) {
      if (plan.full() && (!plan.changes(task.id()) || gateways.lacking(task))) {
        takeBack(task);
        plan.unfinished(serviceId);
        any = true; // it is the next pass that tells
        continue;
      }
      String why = gateways.refusal(task);
      if (why == null) {
        gateways.give(task);
        plan.placed(task);
        any = true;
      } else {
        letWait(placement.refuse(List.of(takeBack(task)), why));
        refusal = why;
      }
    }
    letWait(outcome.waiting());
    if (!outcome.refusal().isEmpty()) {
      return outcome.refusal();
    }
    return any ? "" : refusal;
  }

  /** Off its node again: the task as it was before. */
  private Task takeBack(Task placed) {
    Task before = plan.task(placed.id()).orElseThrow();
    plan.fleet().swap(placed, before);
    return before;
  }

  private void letWait(List<Task> waiting) {
    for (Task task : waiting) {
      if (plan.task(task.id()).filter(task::equals).isPresent()) {
        continue;
      }
      if (plan.room(task) == 0 && !plan.changes(task.id())) {
        plan.unfinished(serviceId);
        break;
      }
      plan.placed(task);
    }
    if (!waiting.isEmpty()) {
      plan.waiting(serviceId);
    }
  }
}
