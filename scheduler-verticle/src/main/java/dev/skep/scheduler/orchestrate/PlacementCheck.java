package dev.skep.scheduler.orchestrate;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a task can stay where it is. */
final class PlacementCheck {
  private final Plan plan;
  private final List<String> expressions;
  private final List<Constraint> constraints;

  /**
   * @param service the tasks' service; absent when it was removed
   */
  PlacementCheck(Plan plan, @Nullable Service service) {
    this.plan = plan;
    this.expressions =
        service == null ? List.of() : expressions(service.spec().taskTemplate().placement());
    this.constraints = parse(expressions);
  }

  /** Why the task has to leave its node; absent when it may stay or has none. */
  @Nullable String problem(Task task) {
    if (task.nodeId().isEmpty()) {
      return null;
    }
    Node node = plan.node(task.nodeId()).orElse(null);
    if (node == null) {
      return "node was removed";
    }
    if (node.status().state().equals(NodeStatus.DOWN)) {
      return "node is down";
    }
    if (node.spec().availability().equals(NodeSpec.DRAIN)) {
      return "node is drained";
    }
    // Paused nodes keep what they have. A task whose own constraints are older than the service's
    // is the rolling update's.
    if (node.spec().availability().equals(NodeSpec.ACTIVE)
        && expressions.equals(expressions(task.spec().placement()))
        && !allowedOn(node)) {
      return Enforcement.ERROR;
    }
    return null;
  }

  /** Whether the service's constraints hold on the node. */
  boolean allowedOn(Node node) {
    return Constraint.allHold(constraints, node);
  }

  /** Whether a container of the task may still run: its node has it and is not known to be down. */
  boolean mayRun(Task task) {
    return !task.state().ended() && assigned(task) && !nodeLost(task);
  }

  static boolean assigned(Task task) {
    return !TaskState.ASSIGNED.after(task.state());
  }

  /** Whether nobody can say what the task does: its node is down or was removed. */
  boolean nodeLost(Task task) {
    return plan.node(task.nodeId())
        .map(node -> node.status().state().equals(NodeStatus.DOWN))
        .orElse(true);
  }

  private static List<String> expressions(@Nullable Placement placement) {
    return placement == null ? List.of() : placement.constraints();
  }

  private static List<Constraint> parse(List<String> expressions) {
    try {
      return Constraint.parse(expressions);
    } catch (ConstraintException e) {
      // The gateway refuses constraints that cannot be read. A stored one has no effect.
      return List.of();
    }
  }
}
