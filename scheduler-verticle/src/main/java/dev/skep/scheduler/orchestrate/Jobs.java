package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Node;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.ServiceSpec;
import dev.skep.store.model.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Services whose tasks are meant to complete: so many times in all, so many at once; or once on
 * every node. A new iteration ends what still runs of the last one and starts over; the tasks of
 * earlier iterations stay as a slot's history.
 */
final class Jobs {
  private final Scope scope;
  private final Plan plan;
  private final Tending tending;
  private final List<Task> earlier = new ArrayList<>();
  private final List<Task> current = new ArrayList<>();

  Jobs(Scope scope, List<Task> tasks) {
    this.scope = scope;
    this.plan = scope.plan();
    this.tending = new Tending(scope);
    JobIteration iteration = Mode.iteration(scope.service());
    for (Task task : tasks) {
      (iteration.equals(task.jobIteration()) ? current : earlier).add(task);
    }
  }

  /** Decides; returns all slots. */
  List<Slot> decide() {
    boolean perNode = scope.mode().perNode();
    Map<Object, Slot> slots =
        new LinkedHashMap<>(perNode ? Slot.byNode(earlier) : Slot.byNumber(earlier));
    slots.values().forEach(this::end);
    List<Slot> now = perNode ? everyNode() : completions();
    for (Slot slot : now) {
      slots.merge(perNode ? slot.nodeId() : slot.number(), slot, Slot::followedBy);
    }
    return List.copyOf(slots.values());
  }

  /** Ends what an earlier iteration left running; nobody will hear of it from a lost node. */
  private void end(Slot slot) {
    if (scope.mode().perNode() && tending.nodeRemoved(slot)) {
      return;
    }
    for (Task task : List.copyOf(slot.tasks())) {
      if (scope.stopsHere()) {
        return;
      }
      boolean heardOf = task.state().ended() || scope.fitness().mayRun(task);
      slot.desire(plan, task, heardOf ? TaskState.SHUTDOWN : TaskState.REMOVE);
    }
  }

  private long atOnce() {
    ReplicatedJob said = said();
    return said == null || said.maxConcurrent() == null ? 1 : said.maxConcurrent();
  }

  private @Nullable ReplicatedJob said() {
    ServiceSpec.Mode mode = scope.service().spec().mode();
    return mode == null ? null : mode.replicatedJob();
  }

  private List<Slot> completions() {
    SortedMap<Integer, Slot> slots = Slot.byNumber(current);
    long atOnce = atOnce();
    ReplicatedJob said = said();
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
        if (!scope.mayMake()) {
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
      if (scope.stopsHere()) {
        break;
      }
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
        if (!scope.mayMake()) {
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
