package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/** A service that asks for one task on every node that may have it. */
final class Global {
  private final Scope scope;
  private final Plan plan;
  private final Tending tending;
  private final SortedMap<String, Slot> slots;

  Global(Scope scope, List<Task> tasks) {
    this.scope = scope;
    this.plan = scope.plan();
    this.tending = new Tending(scope);
    this.slots = Slot.byNode(tasks);
  }

  /** Decides; returns all slots. */
  List<Slot> decide() {
    for (Slot slot : slots.values()) {
      if (scope.stopsHere()) {
        break;
      }
      if (!tending.nodeRemoved(slot)) {
        tending.tend(slot);
      }
    }
    List<Slot> active = new ArrayList<>();
    int made = 0;
    for (Node node : nodes()) {
      if (!node.schedulable() || !scope.fitness().allowedOn(node)) {
        continue;
      }
      Slot slot = slots.computeIfAbsent(node.id(), id -> new Slot(0, id));
      if (!slot.anyWanted() && !tending.held(slot)) {
        if (!scope.mayMake()) {
          break;
        }
        slot.add(plan, scope.newTask(slot, tending.firstDesire(slot)));
        made++;
      }
      active.add(slot);
    }
    if (made > 0) {
      scope.because("tasks created", made, "service wants one on every node");
    }
    new RollingUpdate(scope, tending, active).decide();
    return List.copyOf(slots.values());
  }

  private List<Node> nodes() {
    List<Node> nodes = new ArrayList<>(plan.base().nodes());
    nodes.sort(Comparator.comparing(Node::id));
    return nodes;
  }
}
