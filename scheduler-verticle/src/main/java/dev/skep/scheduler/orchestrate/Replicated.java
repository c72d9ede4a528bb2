package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** A service that asks for a number of tasks. */
final class Replicated {
  private final ServiceContext context;
  private final Plan plan;
  private final SlotReconciler reconciler;
  private final SortedMap<Integer, Slot> slots;

  Replicated(ServiceContext context, List<Task> tasks) {
    this.context = context;
    this.plan = context.plan();
    this.reconciler = new SlotReconciler(context);
    this.slots = Slot.byNumber(tasks);
  }

  /** Decides; returns all slots, those that are on their way out included. */
  List<Slot> decide() {
    List<Slot> taken = new ArrayList<>();
    for (Slot slot : slots.values()) {
      if (slot.anyWanted() || reconciler.held(slot)) {
        taken.add(slot);
      }
    }
    long replicas = Mode.replicas(context.service());
    if (taken.size() > replicas) {
      taken = shrink(taken, (int) replicas);
    }
    for (Slot slot : taken) {
      if (context.stopsHere()) {
        break;
      }
      reconciler.reconcile(slot);
    }
    if (taken.size() < replicas) {
      grow(taken, replicas);
    }
    removeAbandoned(taken);
    new RollingUpdate(context, reconciler, taken).decide();
    return List.copyOf(slots.values());
  }

  private void grow(List<Slot> taken, long replicas) {
    Set<Integer> numbers = new HashSet<>();
    taken.forEach(slot -> numbers.add(slot.number()));
    int made = 0;
    for (int number = 1; taken.size() < replicas; number++) {
      if (numbers.add(number)) {
        if (!context.mayMake()) {
          break;
        }
        Slot slot = slots.computeIfAbsent(number, n -> new Slot(n, ""));
        slot.add(plan, context.newTask(slot, reconciler.firstDesire(slot)));
        taken.add(slot);
        made++;
      }
    }
    context.because("tasks created", made, "service wants " + replicas);
  }

  private List<Slot> shrink(List<Slot> taken, int replicas) {
    List<Slot> best = keepOrder(taken);
    int removed = 0;
    for (Slot slot : best.subList(replicas, best.size())) {
      if (context.stopsHere()) {
        break;
      }
      slot.remove(plan);
      removed++;
    }
    context.because("tasks removed", removed, "service wants " + replicas);
    return new ArrayList<>(best.subList(0, replicas));
  }

  /**
   * The slots in the order in which they are kept: those without a node go first, then those that
   * do not run, then those on the nodes with the most tasks of the service, then the highest
   * numbers.
   */
  private static List<Slot> keepOrder(List<Slot> taken) {
    record Ranked(Slot slot, int rank, int copy) {}
    List<Slot> running = new ArrayList<>(taken);
    running.sort(
        Comparator.comparing((Slot slot) -> !slot.anyRunning()).thenComparingInt(Slot::number));
    Map<String, Integer> copies = new HashMap<>();
    List<Ranked> ranked = new ArrayList<>();
    for (Slot slot : running) {
      List<Task> wanted = slot.wanted();
      String nodeId = wanted.isEmpty() ? "" : wanted.getLast().nodeId();
      int copy = nodeId.isEmpty() ? 0 : copies.merge(nodeId, 1, Integer::sum);
      ranked.add(new Ranked(slot, slot.anyRunning() ? 0 : nodeId.isEmpty() ? 2 : 1, copy));
    }
    ranked.sort(Comparator.comparingInt(Ranked::rank).thenComparingInt(Ranked::copy));
    return ranked.stream().map(Ranked::slot).toList();
  }

  /** Slots that nothing is wanted in, left over from an earlier size or policy. */
  private void removeAbandoned(List<Slot> taken) {
    if (taken.size() == slots.size()) {
      return;
    }
    Set<Integer> kept = new HashSet<>();
    taken.forEach(slot -> kept.add(slot.number()));
    for (Slot slot : slots.values()) {
      if (!kept.contains(slot.number()) && !slot.anyWanted()) {
        if (context.stopsHere()) {
          break;
        }
        slot.remove(plan);
      }
    }
  }
}
