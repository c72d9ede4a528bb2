package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/** A service that asks for one task on every node that may have it. */
final class Global {
  private final ServiceContext context;
  private final Plan plan;
  private final SlotReconciler reconciler;
  private final SortedMap<String, Slot> slots;

  Global(ServiceContext context, List<Task> tasks) {
    this.context = context;
    this.plan = context.plan();
    this.reconciler = new SlotReconciler(context);
    this.slots = Slot.byNode(tasks);
  }

  /** Decides; returns all slots. */
  List<Slot> decide() {
    for (Slot slot : slots.values()) {
      if (context.stopsHere()) {
        break;
      }
      if (!reconciler.nodeRemoved(slot)) {
        reconciler.reconcile(slot);
      }
    }
    List<Slot> active = new ArrayList<>();
    int made = 0;
    for (Node node : nodes()) {
      if (!node.schedulable() || !context.placementCheck().allowedOn(node)) {
        continue;
      }
      Slot slot = slots.computeIfAbsent(node.id(), id -> new Slot(0, id));
      if (!slot.anyWanted() && !reconciler.held(slot)) {
        if (!context.mayMake()) {
          break;
        }
        slot.add(plan, context.newTask(slot, reconciler.firstDesire(slot)));
        made++;
      }
      active.add(slot);
    }
    if (made > 0) {
      context.because("tasks created", made, "service wants one on every node");
    }
    new RollingUpdate(context, reconciler, active).decide();
    return List.copyOf(slots.values());
  }

  private List<Node> nodes() {
    List<Node> nodes = new ArrayList<>(plan.base().nodes());
    nodes.sort(Comparator.comparing(Node::id));
    return nodes;
  }
}
