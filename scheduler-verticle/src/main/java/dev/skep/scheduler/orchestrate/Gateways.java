package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.AddressLedger;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.Gateway;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Copies;
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
    List<Gateway> gateways = new ArrayList<>();
    for (Gateway gateway : node.gateways()) {
      if (plan.network(gateway.networkId()).isPresent()) {
        gateways.add(gateway);
      }
    }
    boolean given = false;
    for (Network network : networks) {
      String address = plan.ledger().gateway(network.id(), node.id()).orElse(null);
      if (address != null) {
        gateways.add(new Gateway(network.id(), address));
        Allocating.follow(network.id(), plan);
        given = true;
      }
    }
    if (given) {
      plan.update(node.withGateways(gateways));
      plan.relyOn(Kind.NODE);
    }
  }

  private List<Network> networks(Task task) {
    return plan.drivers().local() ? List.of() : Allocating.managed(task.spec(), plan);
  }

  /**
   * Takes back the gateways of nodes that have no task on the network any more. Their addresses are
   * free for the next pass.
   */
  void takeBackIdle(String networkId) {
    AddressLedger ledger = plan.ledger();
    if (!ledger.searchesIdle(networkId)) {
      return;
    }
    List<Node> nodes = new ArrayList<>(plan.base().nodes());
    nodes.sort(Comparator.comparing(Node::id));
    int taken = 0;
    for (Node stored : nodes) {
      if (plan.full()) {
        break;
      }
      Node node = plan.node(stored.id()).orElse(stored);
      if (ledger.idleGateway(networkId, node)) {
        ledger.takeBackGateway(networkId, node.id());
        plan.update(
            node.withGateways(
                Copies.list(
                    node.gateways().stream()
                        .filter(gateway -> !gateway.networkId().equals(networkId))
                        .toList())));
        taken++;
      }
    }
    if (taken > 0) {
      plan.unfinished(serviceId);
      plan.because(
          new DecisionReason(
              "gateways taken back", null, null, null, taken, "no task is on the network there"));
    }
  }
}
