package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The place of a replica, or of a node's task of a global service, with all its tasks in the order
 * of their age. The list follows the plan: what a decision changes it puts back here.
 */
final class Slot {
  /** Oldest first; the id decides between tasks of one commit. */
  private static final Comparator<Task> BY_AGE =
      Comparator.comparing(Task::createdAt).thenComparing(Task::id);

  private final int number;
  private final String nodeId;
  private final List<Task> tasks = new ArrayList<>(2);

  Slot(int number, String nodeId) {
    this.number = number;
    this.nodeId = nodeId;
  }

  /** Slots by number. */
  static SortedMap<Integer, Slot> byNumber(List<Task> tasks) {
    // A tree that is filled in its own order is filled quickly.
    long[] order = new long[tasks.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = (long) tasks.get(i).slot() << Integer.SIZE | i;
    }
    Arrays.sort(order);
    SortedMap<Integer, Slot> slots = new TreeMap<>();
    Slot last = null;
    for (long place : order) {
      Task task = tasks.get((int) place);
      if (last == null || last.number != task.slot()) {
        last = new Slot(task.slot(), "");
        slots.put(last.number, last);
      }
      last.tasks.add(task);
    }
    slots.values().forEach(Slot::sort);
    return slots;
  }

  /** Slots by node. */
  static SortedMap<String, Slot> byNode(List<Task> tasks) {
    SortedMap<String, Slot> slots = new TreeMap<>();
    for (Task task : tasks) {
      slots.computeIfAbsent(task.nodeId(), node -> new Slot(0, node)).tasks.add(task);
    }
    slots.values().forEach(Slot::sort);
    return slots;
  }

  private void sort() {
    if (tasks.size() > 1) {
      tasks.sort(BY_AGE);
    }
  }

  int number() {
    return number;
  }

  /** The node of a global service's slot; empty for a replica's. */
  String nodeId() {
    return nodeId;
  }

  /** Oldest first. */
  List<Task> tasks() {
    return tasks;
  }

  /** The tasks that are meant to be there, ended or not. */
  List<Task> wanted() {
    List<Task> wanted = new ArrayList<>(1);
    for (Task task : tasks) {
      if (wanted(task)) {
        wanted.add(task);
      }
    }
    return wanted;
  }

  static boolean wanted(Task task) {
    return !task.desiredState().after(TaskState.COMPLETE);
  }

  /** Wanted and not ended. */
  static boolean live(Task task) {
    return wanted(task) && !task.state().ended();
  }

  boolean anyWanted() {
    for (Task task : tasks) {
      if (wanted(task)) {
        return true;
      }
    }
    return false;
  }

  boolean anyRunning() {
    for (Task task : tasks) {
      if (wanted(task) && task.state() == TaskState.RUNNING) {
        return true;
      }
    }
    return false;
  }

  /** The youngest task; absent when the slot has none. */
  @Nullable Task newest() {
    return tasks.isEmpty() ? null : tasks.getLast();
  }

  /** The slot with the tasks of {@code younger} after its own. */
  Slot followedBy(Slot younger) {
    Slot both = new Slot(number, nodeId);
    both.tasks.addAll(tasks);
    both.tasks.addAll(younger.tasks);
    return both;
  }

  // ------------------------------------------------------------------ changes

  void add(Plan plan, Task task) {
    plan.create(task);
    tasks.add(task);
  }

  void put(Plan plan, Task task) {
    plan.update(task);
    tasks.replaceAll(t -> t.id().equals(task.id()) ? task : t);
  }

  void delete(Plan plan, Task task) {
    plan.delete(task);
    tasks.removeIf(t -> t.id().equals(task.id()));
  }

  /**
   * All its tasks are to go, as many as the plan has room for: a slot may have a long history, and
   * those of a global service are one by their number.
   *
   * @return how many were told now
   */
  int remove(Plan plan) {
    int told = 0;
    for (Task task : List.copyOf(tasks)) {
      if (TaskState.REMOVE.after(task.desiredState())) {
        if (plan.stopsAt(task.serviceId())) {
          break;
        }
        desire(plan, task, TaskState.REMOVE);
        told++;
      }
    }
    return told;
  }

  /** Raises a task's desired state; it never goes back. */
  void desire(Plan plan, Task task, TaskState desired) {
    if (desired.after(task.desiredState())) {
      put(plan, task.withDesiredState(desired));
    }
  }
}
