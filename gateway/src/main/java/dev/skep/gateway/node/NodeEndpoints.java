package dev.skep.gateway.node;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.time.InstantSource;
import java.util.Comparator;

/** GET /nodes, GET and DELETE /nodes/{id}, POST /nodes/{id}/update. */
public final class NodeEndpoints {
  private final SwarmGate gate;
  private final Commits commits;
  private final InstantSource clock;

  public NodeEndpoints(SwarmGate gate, Commits commits, InstantSource clock) {
    this.gate = gate;
    this.commits = commits;
    this.clock = clock;
  }

  public Reply list(Call call) {
    ClusterState state = gate.state();
    NodeFilter filter = NodeFilter.of(call);
    return Reply.ok(
        state.nodes().stream().filter(filter).sorted(Comparator.comparing(Node::id)).toList());
  }

  public Reply inspect(Call call) {
    return Reply.ok(Lookup.node(gate.state(), call.path("id")));
  }

  public Reply update(Call call) {
    gate.manager();
    AskedNode asked = call.json(AskedNode.class);
    long version = call.objectVersion("node");
    NodeSpec spec = asked.spec();
    commits.commit(state -> {
      Node node = Lookup.node(state, call.path("id"));
      checkRole(state, node, spec);
      if (!node.version().shows(version)) {
        throw ApiError.outOfSequence();
      }
      return Transaction.at(clock.instant()).update(node.withSpec(spec)).build();
    });
    return Reply.done();
  }

  private static void checkRole(ClusterState state, Node node, NodeSpec asked) {
    boolean manages = node.spec().role().equals(NodeSpec.MANAGER);
    boolean willManage = asked.role().equals(NodeSpec.MANAGER);
    if (manages && !willManage && managers(state) == 1) {
      throw ApiError.failedPrecondition("attempting to demote the last manager of the swarm");
    }
    if (!manages && willManage) {
      throw ApiError.notImplemented(
          "node "
              + node.id()
              + " cannot be promoted: this version of Skep runs one manager; keep the node as a"
              + " worker");
    }
  }

  private static long managers(ClusterState state) {
    return state.nodes().stream().filter(n -> n.spec().role().equals(NodeSpec.MANAGER)).count();
  }

  public Reply remove(Call call) {
    boolean force = call.flag("force");
    commits.commit(state -> {
      Node node = Lookup.node(state, call.path("id"));
      if (node.spec().role().equals(NodeSpec.MANAGER)) {
        throw ApiError.failedPrecondition(
            "node "
                + node.id()
                + " is a cluster manager and is a member of the raft cluster. It must be demoted to"
                + " worker before removal");
      }
      if (!force && node.status().state().equals(NodeStatus.READY)) {
        throw ApiError.failedPrecondition(
            "node " + node.id() + " is not down and can't be removed");
      }
      return Transaction.at(clock.instant()).delete(node).build();
    });
    return Reply.done();
  }
}
