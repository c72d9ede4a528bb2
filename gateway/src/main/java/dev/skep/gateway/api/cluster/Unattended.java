package dev.skep.gateway.api.cluster;

import dev.skep.store.StoreFailure;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.ManagerStatus;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Task;
import dev.skep.store.state.ClusterState;
import java.util.Optional;

/**
 * A swarm that nobody looks after, because its manager's store takes no commits: how its nodes are
 * is not known, and so it is with the tasks that ran on them.
 */
public final class Unattended {
  private static final String UNREACHABLE = "unreachable";

  private Unattended() {}

  /** In one sentence. */
  public static String why(StoreFailure failure) {
    return "the swarm is not looked after: " + failure.getMessage();
  }

  static ClusterState shown(ClusterState state, StoreFailure failure) {
    return state.showing(node -> shown(node, failure));
  }

  private static Node shown(Node node, StoreFailure failure) {
    Node shown =
        node.withStatus(new NodeStatus(NodeStatus.UNKNOWN, why(failure), node.status().addr()));
    ManagerStatus manager = node.managerStatus();
    return manager == null
        ? shown
        : shown.withManagerStatus(new ManagerStatus(false, UNREACHABLE, manager.addr()));
  }

  /** Why it is not known how the task is; empty when it is known. */
  public static Optional<String> why(Task task, ClusterState shown) {
    return shown
        .node(task.nodeId())
        .map(Node::status)
        .filter(status -> status.state().equals(NodeStatus.UNKNOWN))
        .map(status -> status.message() == null ? "" : status.message());
  }
}
