package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.AddressLedger;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.Gateway;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives nodes their own addresses on the networks of the tasks that are placed on them. A node
 * keeps its gateway when its last task leaves; it is taken back when the network has no address
 * left.
 */
final class Gateways {
  private final Plan plan;
  private final String serviceId;

  Gateways(Plan plan, String serviceId) {
    this.plan = plan;
    this.serviceId = serviceId;
  }

  /** Whether the task's node is to be written for the task to be there. */
  boolean lacking(Task placed) {
    for (Network network : networks(placed)) {
      if (plan.ledger().lacksGateway(network.id(), placed.nodeId())) {
        return true;
      }
    }
    return false;
  }

  /** Why the task's node cannot be on the task's networks; absent when it can. */
  @Nullable String refusal(Task placed) {
    for (Network network : networks(placed)) {
      String refusal = plan.ledger().refusesGateway(network.id(), placed.nodeId());
      if (refusal != null) {
        takeBackIdle(network.id());
        return refusal;
      }
    }
    return null;
  }

  /**
   * Gives the task's node the gateways that it lacks; {@link #refusal} said that there are some.
   */
  void give(Task placed) {
    Node node = plan.node(placed.nodeId()).orElse(null);
    List<Network> networks = networks(placed);
    if (node == null || networks.isEmpty()) {
      return;
    }
    // One that it has may have been taken back meanwhile.
    plan.relyOn(Kind.NODE);
    List<Gateway> gateways = new ArrayList<>();
    for (Gateway gateway : node.gateways()) {
      if (plan.networks().find(gateway.networkId()).isPresent()) {
        gateways.add(gateway);
      }
    }
    boolean given = false;
    for (Network network : networks) {
      String address = plan.ledger().gateway(network.id(), node.id()).orElse(null);
      if (address != null) {
        gateways.add(new Gateway(network.id(), address));
        given = true;
      }
    }
    if (given) {
      plan.update(node.withGateways(gateways));
    }
  }

  private List<Network> networks(Task task) {
    return plan.networks().managed(task.spec());
  }

  /**
   * Takes back the gateways of nodes that have no task on the network any more. Their addresses are
   * free for the next pass. Nodes that are not ready keep theirs: nobody would tell them, and how
   * long a node is down is told from when it was last written.
   */
  void takeBackIdle(String networkId) {
    AddressLedger ledger = plan.ledger();
    if (!ledger.noteSearch(networkId)) {
      return;
    }
    List<Node> nodes = new ArrayList<>(plan.base().nodes());
    nodes.sort(Comparator.comparing(Node::id));
    int taken = 0;
    for (Node stored : nodes) {
      Node node = plan.node(stored.id()).orElse(stored);
      if (!node.status().state().equals(NodeStatus.READY) || !ledger.idleGateway(networkId, node)) {
        continue;
      }
      if (plan.full()) {
        plan.unfinished(serviceId);
        break;
      }
      ledger.takeBackGateway(networkId, node.id());
      plan.update(
          node.withGateways(
              node.gateways().stream()
                  .filter(gateway -> !gateway.networkId().equals(networkId))
                  .toList()));
      taken++;
    }
    if (taken > 0) {
      // A task that was placed there meanwhile would need it.
      plan.relyOn(Kind.NODE);
      plan.unfinished(serviceId);
      plan.because(
          new DecisionReason(
              "gateways taken back", null, null, null, taken, "no task is on the network there"));
    }
  }
}
