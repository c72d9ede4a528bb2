package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Node;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.ReplicatedJob;
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
  private final ServiceContext context;
  private final Plan plan;
  private final SlotReconciler reconciler;
  private final List<Task> earlier = new ArrayList<>();
  private final List<Task> current = new ArrayList<>();

  Jobs(ServiceContext context, List<Task> tasks) {
    this.context = context;
    this.plan = context.plan();
    this.reconciler = new SlotReconciler(context);
    JobIteration iteration = Mode.iteration(context.service());
    for (Task task : tasks) {
      (iteration.equals(task.jobIteration()) ? current : earlier).add(task);
    }
  }

  /** Decides; returns all slots. */
  List<Slot> decide() {
    boolean perNode = context.mode().perNode();
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
    if (context.mode().perNode() && reconciler.nodeRemoved(slot)) {
      return;
    }
    for (Task task : List.copyOf(slot.tasks())) {
      if (context.stopsHere()) {
        return;
      }
      boolean heardOf = task.state().ended() || context.placementCheck().mayRun(task);
      slot.desire(plan, task, heardOf ? TaskState.SHUTDOWN : TaskState.REMOVE);
    }
  }

  private long atOnce() {
    ReplicatedJob said = said();
    return said == null || said.maxConcurrent() == null ? 1 : said.maxConcurrent();
  }

  private @Nullable ReplicatedJob said() {
    ServiceSpec.Mode mode = context.service().spec().mode();
    return mode == null ? null : mode.replicatedJob();
  }

  private List<Slot> completions() {
    SortedMap<Integer, Slot> slots = Slot.byNumber(current);
    long atOnce = atOnce();
    ReplicatedJob said = said();
    long total = said == null || said.totalCompletions() == null ? atOnce : said.totalCompletions();
    long active = 0;
    for (Slot slot : slots.values()) {
      if (context.stopsHere()) {
        break;
      }
      reconcile(slot);
      if (slot.anyWanted() && !completed(slot)) {
        active++;
      }
    }
    int made = 0;
    for (int number = 0; number < total && active < atOnce; number++) {
      if (!slots.containsKey(number)) {
        if (!context.mayMake()) {
          break;
        }
        Slot slot = new Slot(number, "");
        slot.add(plan, context.newTask(slot, TaskState.COMPLETE));
        slots.put(number, slot);
        active++;
        made++;
      }
    }
    if (made > 0) {
      context.because("tasks created", made, "job wants " + total + " completions");
    }
    return List.copyOf(slots.values());
  }

  private List<Slot> everyNode() {
    Map<String, Slot> slots = new TreeMap<>(Slot.byNode(current));
    for (Slot slot : slots.values()) {
      if (context.stopsHere()) {
        break;
      }
      if (!reconciler.nodeRemoved(slot)) {
        reconcile(slot);
      }
    }
    List<Node> nodes = new ArrayList<>(plan.base().nodes());
    nodes.sort(Comparator.comparing(Node::id));
    int made = 0;
    for (Node node : nodes) {
      if (!node.schedulable() || !context.placementCheck().allowedOn(node)) {
        continue;
      }
      Slot slot = slots.computeIfAbsent(node.id(), id -> new Slot(0, id));
      if (!slot.anyWanted() && !completed(slot) && !reconciler.held(slot)) {
        if (!context.mayMake()) {
          break;
        }
        slot.add(plan, context.newTask(slot, reconciler.firstDesire(slot)));
        made++;
      }
    }
    if (made > 0) {
      context.because("tasks created", made, "job wants one completion on every node");
    }
    return List.copyOf(slots.values());
  }

  /**
   * Keeps the slot at work until it is done. A task that was given up because its node was lost or
   * drained may still have completed. Then the one that took its place has nothing to do.
   */
  private void reconcile(Slot slot) {
    if (!completed(slot)) {
      reconciler.reconcile(slot);
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
