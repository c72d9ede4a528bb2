package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Node;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.ServiceSpec;
import dev.skep.store.model.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Services whose tasks are meant to complete: so many times in all, so many at once; or once on
 * every node. A new iteration removes the tasks of the last one and starts over.
 */
final class Jobs {
  private final Scope scope;
  private final Plan plan;
  private final Tending tending;
  private final List<Slot> earlier;
  private final List<Task> current = new ArrayList<>();

  Jobs(Scope scope, List<Task> tasks) {
    this.scope = scope;
    this.plan = scope.plan();
    this.tending = new Tending(scope);
    JobIteration iteration = Mode.iteration(scope.service());
    List<Task> old = new ArrayList<>();
    for (Task task : tasks) {
      (iteration.equals(task.jobIteration()) ? current : old).add(task);
    }
    this.earlier = List.copyOf(Slot.byNumber(old).values());
  }

  /** Decides; returns all slots. */
  List<Slot> decide() {
    for (Slot slot : earlier) {
      for (Task task : List.copyOf(slot.tasks())) {
        slot.desire(plan, task, TaskState.REMOVE);
      }
    }
    List<Slot> slots = new ArrayList<>(earlier);
    slots.addAll(scope.mode().perNode() ? everyNode() : completions());
    return slots;
  }

  private List<Slot> completions() {
    SortedMap<Integer, Slot> slots = Slot.byNumber(current);
    ServiceSpec.Mode mode = scope.service().spec().mode();
    ReplicatedJob said = mode == null ? null : mode.replicatedJob();
    long atOnce = said == null || said.maxConcurrent() == null ? 1 : said.maxConcurrent();
    long total = said == null || said.totalCompletions() == null ? atOnce : said.totalCompletions();
    long active = 0;
    for (Slot slot : slots.values()) {
      if (scope.stopsHere()) {
        break;
      }
      tend(slot);
      if (slot.anyWanted() && !completed(slot)) {
        active++;
      }
    }
    int made = 0;
    for (int number = 0; number < total && active < atOnce; number++) {
      if (!slots.containsKey(number)) {
        if (scope.stopsHere()) {
          break;
        }
        Slot slot = new Slot(number, "");
        slot.add(plan, scope.newTask(slot, TaskState.COMPLETE));
        slots.put(number, slot);
        active++;
        made++;
      }
    }
    if (made > 0) {
      scope.because("tasks created", made, "job wants " + total + " completions");
    }
    return List.copyOf(slots.values());
  }

  private List<Slot> everyNode() {
    Map<String, Slot> slots = new TreeMap<>(Slot.byNode(current));
    for (Slot slot : slots.values()) {
      if (!tending.nodeRemoved(slot)) {
        tend(slot);
      }
    }
    List<Node> nodes = new ArrayList<>(plan.base().nodes());
    nodes.sort(Comparator.comparing(Node::id));
    int made = 0;
    for (Node node : nodes) {
      if (!node.schedulable() || !scope.fitness().allowedOn(node)) {
        continue;
      }
      Slot slot = slots.computeIfAbsent(node.id(), id -> new Slot(0, id));
      if (!slot.anyWanted() && !completed(slot) && !tending.held(slot)) {
        if (scope.stopsHere()) {
          break;
        }
        slot.add(plan, scope.newTask(slot, tending.firstDesire(slot)));
        made++;
      }
    }
    if (made > 0) {
      scope.because("tasks created", made, "job wants one completion on every node");
    }
    return List.copyOf(slots.values());
  }

  /**
   * Keeps the slot at work until it is done. A task that was given up because its node was lost or
   * drained may have completed all the same: then the one that took its place has nothing to do.
   */
  private void tend(Slot slot) {
    if (!completed(slot)) {
      tending.tend(slot);
      return;
    }
    for (Task task : List.copyOf(slot.tasks())) {
      if (!task.state().ended()) {
        slot.desire(plan, task, TaskState.SHUTDOWN);
      }
    }
  }

  private static boolean completed(Slot slot) {
    return slot.tasks().stream().anyMatch(task -> task.state() == TaskState.COMPLETE);
  }
}
