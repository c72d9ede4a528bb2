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
        if (!Slot.wanted(task) || PlacementCheck.assigned(task) || task.state() == TaskState.NEW) {
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
      Placement.Outcome outcome = placement.place(now);
      take(outcome);
      refusal = outcome.refusal();
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

  private void take(Placement.Outcome outcome) {
    for (Task task : outcome.placed()) {
      String refusal = gateways.refusal(task);
      if (refusal == null) {
        gateways.give(task);
        plan.placed(task);
      } else {
        takeBack(task, refusal);
      }
    }
    letWait(outcome.waiting());
  }

  /** The node cannot be on the task's networks: the task waits as it did before. */
  private void takeBack(Task placed, String refusal) {
    Task before = plan.task(placed.id()).orElseThrow();
    plan.fleet().swap(placed, before);
    letWait(placement.refuse(List.of(before), refusal));
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
