package dev.skep.scheduler.place;

import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Chooses nodes: of those that pass all filters, the one where the service has not failed lately,
 * with the fewest tasks of the service, then the fewest tasks in all.
 *
 * <p>Most choices take a node that has no task of the service yet, and these come straight from the
 * fleet's order, so that placing a task does not look at every node.
 */
public final class Placement {
  private final Fleet fleet;
  private final Instant now;

  public Placement(Fleet fleet, Instant now) {
    this.fleet = fleet;
    this.now = now;
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
   * @param group tasks of one service with equal specs, so that what one is refused all are
   */
  public Outcome place(List<Task> group) {
    Task like = group.getFirst();
    List<Filter> filters = Filter.of(like);
    List<Task> placed = new ArrayList<>(group.size());
    List<NodeLoad> fresh = nodesWithout(like.serviceId(), filters, group.size());
    for (NodeLoad load : fresh) {
      placed.add(assign(group.get(placed.size()), load.id()));
    }
    if (placed.size() < group.size()) {
      fillUp(group, placed, filters);
    }
    if (placed.size() == group.size()) {
      return new Outcome(placed, List.of(), "");
    }
    String refusal = explain(filters);
    List<Task> waiting =
        group.subList(placed.size(), group.size()).stream()
            .map(task -> refuse(task, refusal))
            .toList();
    return new Outcome(placed, waiting, refusal);
  }

  /** Places a task whose node is given, as those of global services are. */
  public Outcome placeThere(Task task) {
    NodeLoad load = fleet.load(task.nodeId());
    Node node = load == null ? null : load.node();
    if (load == null || node == null) {
      String refusal = "no suitable node";
      return new Outcome(List.of(), List.of(refuse(task, refusal)), refusal);
    }
    Filter refusing = refusing(Filter.of(task), load, node);
    if (refusing == null) {
      return new Outcome(List.of(assign(task, load.id())), List.of(), "");
    }
    String refusal = "no suitable node (" + refusing.explain(1) + ")";
    return new Outcome(List.of(), List.of(refuse(task, refusal)), refusal);
  }

  private List<NodeLoad> nodesWithout(String serviceId, List<Filter> filters, int most) {
    List<NodeLoad> chosen = new ArrayList<>();
    for (NodeLoad load : fleet.byLoad()) {
      if (chosen.size() == most) {
        break;
      }
      Node node = load.node();
      if (node != null
          && load.tasksOf(serviceId) == 0
          && !load.failing(serviceId, now)
          && refusing(filters, load, node) == null) {
        chosen.add(load);
      }
    }
    return chosen;
  }

  /** Every further task goes where the service has the fewest. */
  private void fillUp(List<Task> group, List<Task> placed, List<Filter> filters) {
    String serviceId = group.getFirst().serviceId();
    PriorityQueue<NodeLoad> best =
        new PriorityQueue<>(
            Comparator.<NodeLoad>comparingInt(load -> load.failing(serviceId, now) ? 1 : 0)
                .thenComparingInt(load -> load.tasksOf(serviceId))
                .thenComparingInt(NodeLoad::tasks)
                .thenComparing(NodeLoad::id));
    best.addAll(fleet.withTasksOf(serviceId));
    for (NodeLoad load : fleet.byLoad()) {
      if (load.tasksOf(serviceId) == 0 && load.failing(serviceId, now)) {
        best.add(load);
      }
    }
    while (placed.size() < group.size() && !best.isEmpty()) {
      NodeLoad load = best.remove();
      Node node = load.node();
      // A refused node stays refused: what it carries only grows here.
      if (node != null && refusing(filters, load, node) == null) {
        placed.add(assign(group.get(placed.size()), load.id()));
        best.add(load);
      }
    }
  }

  private static @Nullable Filter refusing(List<Filter> filters, NodeLoad load, Node node) {
    for (Filter filter : filters) {
      if (!filter.passes(load, node)) {
        return filter;
      }
    }
    return null;
  }

  private Task assign(Task task, String nodeId) {
    Task assigned =
        task.with(t ->
            t.nodeId(nodeId)
                .status(TaskStatus.of(now, TaskState.ASSIGNED, "scheduler assigned task to node")));
    fleet.swap(task, assigned);
    return assigned;
  }

  private Task refuse(Task task, String refusal) {
    if (task.state() == TaskState.PENDING && refusal.equals(task.status().err())) {
      return task;
    }
    return task.withStatus(
        TaskStatus.of(now, TaskState.PENDING, "pending task scheduling").withErr(refusal));
  }

  private String explain(List<Filter> filters) {
    int[] refused = new int[filters.size()];
    for (NodeLoad load : fleet.byLoad()) {
      Node node = load.node();
      Filter refusing = node == null ? null : refusing(filters, load, node);
      if (refusing != null) {
        refused[filters.indexOf(refusing)]++;
      }
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < refused.length; i++) {
      if (refused[i] > 0) {
        order.add(i);
      }
    }
    order.sort(Comparator.comparingInt(i -> -refused[i]));
    if (order.isEmpty()) {
      return "no suitable node";
    }
    StringBuilder words = new StringBuilder("no suitable node (");
    for (int i : order) {
      if (words.charAt(words.length() - 1) != '(') {
        words.append("; ");
      }
      words.append(filters.get(i).explain(refused[i]));
    }
    return words.append(')').toString();
  }
}
