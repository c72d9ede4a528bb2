package dev.skep.scheduler.place;

import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.json.OneLine;
import dev.skep.store.model.spec.Resources.Reservations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Chooses nodes: of those that meet all requirements, the one that the preferences lead to, where
 * the service has not failed lately, with the fewest tasks of the service, then the fewest tasks in
 * all.
 */
public final class Placement {
  private static final String NO_SUITABLE_NODE = "no suitable node";

  private final Fleet fleet;
  private final TaskStatus assigned;
  private final TaskStatus confirmed;
  private final Instant now;

  public Placement(Fleet fleet, Instant now) {
    this.fleet = fleet;
    this.now = now;
    this.assigned = TaskStatus.of(now, TaskState.ASSIGNED, "scheduler assigned task to node");
    this.confirmed =
        TaskStatus.of(
            now, TaskState.ASSIGNED, "scheduler confirmed task can run on preassigned node");
  }

  /**
   * What became of a group of tasks.
   *
   * @param placed the tasks that got a node, assigned
   * @param waiting the others, pending
   * @param refusal why the others have none; empty when there are none
   */
  public record Outcome(List<Task> placed, List<Task> waiting, String refusal) {
    public Outcome {
      placed = List.copyOf(placed);
      waiting = List.copyOf(waiting);
    }
  }

  /**
   * Places as many of {@code group} as fit and puts them into the fleet.
   *
   * @param group tasks of one service with equal specs, so that what keeps one from a node keeps
   *     all
   */
  public Outcome place(List<Task> group) {
    Task like = group.getFirst();
    Requirements requirements = Requirements.of(like, fleet);
    Choice choice =
        Choices.of(
            new Choice.Asked(like, requirements, now),
            fleet.candidates(requirements.shape()),
            fleet.withTasksOf(like.serviceId()));
    List<Task> placed = new ArrayList<>(group.size());
    for (Task task : group) {
      NodeLoad load = choice.next();
      if (load == null) {
        break;
      }
      placed.add(assign(task, load, assigned));
    }
    if (placed.size() == group.size()) {
      return new Outcome(placed, List.of(), "");
    }
    String explanation = explain(requirements);
    String refusal =
        explanation.isEmpty() ? NO_SUITABLE_NODE : NO_SUITABLE_NODE + " (" + explanation + ")";
    return new Outcome(
        placed, refuse(group.subList(placed.size(), group.size()), refusal), refusal);
  }

  /** Lets tasks wait that cannot be placed; they say why, and those that say so already stay. */
  public List<Task> refuse(List<Task> tasks, String refusal) {
    return tasks.stream().map(task -> refuse(task, refusal)).toList();
  }

  /** Places a task whose node is given, as those of global services are. */
  public Outcome placeThere(Task task) {
    NodeLoad load = fleet.load(task.nodeId());
    Node node = load == null ? null : load.node();
    if (load == null || node == null) {
      return new Outcome(List.of(), List.of(refuse(task, NO_SUITABLE_NODE)), NO_SUITABLE_NODE);
    }
    NodeRefusal refusal = Requirements.of(task, fleet).refusal(load, node);
    if (refusal == null) {
      return new Outcome(List.of(assign(task, load, confirmed)), List.of(), "");
    }
    String why = NodeRefusal.explain(Map.of(refusal, 1));
    return new Outcome(List.of(), List.of(refuse(task, why)), why);
  }

  private Task assign(Task task, NodeLoad load, TaskStatus status) {
    Reservations reserved = task.spec().reservations();
    Task placed =
        task.with(t ->
            t.nodeId(load.id()).status(status).assignedGenericResources(load.choose(reserved)));
    fleet.swap(task, placed);
    return placed;
  }

  private Task refuse(Task task, String refusal) {
    if (task.state() == TaskState.PENDING
        && Objects.equals(OneLine.of(refusal), task.status().err())) {
      return task;
    }
    return task.withStatus(
        TaskStatus.of(now, TaskState.PENDING, "pending task scheduling").withErr(refusal));
  }

  private String explain(Requirements requirements) {
    Map<NodeRefusal, Integer> refused = new EnumMap<>(NodeRefusal.class);
    for (NodeLoad load : fleet.loads()) {
      Node node = load.node();
      NodeRefusal refusal = node == null ? null : requirements.refusal(load, node);
      if (refusal != null) {
        refused.merge(refusal, 1, Integer::sum);
      }
    }
    return NodeRefusal.explain(refused);
  }
}
