package dev.skep.scheduler;

import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.VirtualIp;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold of the addresses that the manager gave, after every commit. */
final class AddressInvariants {
  /** The holder of each address, as the commit before left it. */
  private Map<String, String> before = Map.of();

  List<String> afterCommit(Commit commit) {
    ClusterState state = commit.state();
    List<String> wrong = new ArrayList<>();
    Map<String, Network> networks = given(state);
    if (networks.isEmpty()) {
      before = Map.of();
      return wrong;
    }
    supplies(used(state, networks), wrong);
    Map<String, String> holders = new HashMap<>();
    state.tasks().forEach(task -> task(state, networks, task, holders, wrong));
    state.services().forEach(service -> service(networks, service, holders, wrong));
    state.nodes().forEach(node -> node(networks, node, holders, wrong));
    holders.forEach((address, holder) -> {
      String held = before.get(address);
      if (held != null && !held.equals(holder)) {
        wrong.add(address + " went from " + held + " to " + holder + " in one commit");
      }
    });
    before = holders;
    return wrong;
  }

  /** The networks that have a subnet of the manager's. */
  private static Map<String, Network> given(ClusterState state) {
    Map<String, Network> networks = new HashMap<>();
    for (Network network : state.networks()) {
      if (vxlan(network) != null) {
        networks.put(network.id(), network);
      }
    }
    return networks;
  }

  /** Those, and the removed ones that tasks are still on. */
  private static Map<String, Network> used(ClusterState state, Map<String, Network> given) {
    Map<String, Network> used = new HashMap<>(given);
    for (Task task : state.tasks()) {
      for (NetworkAttachment attachment : task.networksAttachments()) {
        Network network = attachment.network();
        if (network != null && !task.state().ended() && vxlan(network) != null) {
          used.putIfAbsent(network.id(), network);
        }
      }
    }
    return used;
  }

  private static @Nullable String vxlan(Network network) {
    return network.driverState() == null
        ? null
        : network.driverState().options().get(Network.VXLAN_OPTION);
  }

  private static void supplies(Map<String, Network> networks, List<String> wrong) {
    List<Subnet> subnets = new ArrayList<>();
    Set<String> vxlans = new HashSet<>();
    for (Network network : networks.values()) {
      Subnet subnet = subnet(network);
      if (subnets.stream().anyMatch(subnet::overlaps)) {
        wrong.add("subnet " + subnet + " of " + network.name() + " overlaps with another");
      }
      subnets.add(subnet);
      if (!vxlans.add(String.valueOf(vxlan(network)))) {
        wrong.add("VXLAN id " + vxlan(network) + " is given twice");
      }
    }
  }

  private static IpamConfig pool(Network network) {
    return Objects.requireNonNull(network.ipamOptions()).configs().getFirst();
  }

  private static Subnet subnet(Network network) {
    return Subnet.parse(String.valueOf(pool(network).subnet()));
  }

  private static void task(
      ClusterState state,
      Map<String, Network> networks,
      Task task,
      Map<String, String> holders,
      List<String> wrong) {
    if (task.state().ended()) {
      return;
    }
    Set<String> attached = new HashSet<>();
    for (NetworkAttachment attachment : task.networksAttachments()) {
      Network network = attachment.network();
      if (network != null && networks.containsKey(network.id())) {
        attached.add(network.id());
        for (String address : attachment.addresses()) {
          hold(networks, network.id(), address, "task " + task.id(), false, holders, wrong);
        }
      }
    }
    // One that is older than its networks' addresses waits as what it was.
    boolean allocated =
        task.state() != TaskState.NEW
            && !(task.state() == TaskState.PENDING
                && "waiting for an address".equals(task.status().message()));
    boolean assigned = !TaskState.ASSIGNED.after(task.state());
    Node node = state.node(task.nodeId()).orElse(null);
    for (NetworkAttachmentConfig joined : task.spec().networks()) {
      String id = String.valueOf(joined.target());
      if (networks.containsKey(id) && allocated && !attached.contains(id)) {
        wrong.add("task " + task.id() + " is allocated without an address on " + id);
      }
      if (networks.containsKey(id) && assigned && node != null && !hasGateway(node, id)) {
        wrong.add("task " + task.id() + " is on " + node.id() + ", which has no gateway on " + id);
      }
    }
  }

  private static boolean hasGateway(Node node, String networkId) {
    return node.gateways().stream().anyMatch(gateway -> gateway.networkId().equals(networkId));
  }

  private static void service(
      Map<String, Network> networks,
      Service service,
      Map<String, String> holders,
      List<String> wrong) {
    if (service.endpoint() != null) {
      for (VirtualIp virtual : service.endpoint().virtualIps()) {
        String holder = "service " + service.id();
        hold(networks, virtual.networkId(), virtual.addr(), holder, true, holders, wrong);
      }
    }
  }

  private static void node(
      Map<String, Network> networks, Node node, Map<String, String> holders, List<String> wrong) {
    for (Node.Gateway gateway : node.gateways()) {
      String holder = "node " + node.id();
      hold(networks, gateway.networkId(), gateway.addr(), holder, false, holders, wrong);
    }
  }

  private static void hold(
      Map<String, Network> networks,
      String networkId,
      String address,
      String holder,
      boolean virtual,
      Map<String, String> holders,
      List<String> wrong) {
    Network network = networks.get(networkId);
    if (network == null) {
      return; // the network was removed before its last holder
    }
    Subnet subnet = subnet(network);
    String number = address.substring(0, address.indexOf('/'));
    IpAddress ip = IpAddress.parse(number);
    if (!subnet.contains(ip) || !address.endsWith("/" + subnet.prefix())) {
      wrong.add(holder + " has " + address + ", which is not of " + subnet);
      return;
    }
    if (ip.equals(subnet.first())
        || ip.equals(subnet.last())
        || number.equals(pool(network).gateway())
        || pool(network).auxAddress().containsValue(number)) {
      wrong.add(holder + " has " + address + ", which nobody may have");
    }
    String range = pool(network).range();
    Subnet block = range == null ? subnet : Subnet.parse(range);
    if (!block.contains(ip)) {
      wrong.add(holder + " has " + address + ", which is not of the range " + block);
    } else if (block.part(block.prefix() + 2, 3).contains(ip) != virtual) {
      wrong.add(holder + " has " + address + " of the wrong part of " + block);
    }
    String key = networkId + " " + number;
    String other = holders.put(key, holder);
    if (other != null) {
      wrong.add(address + " is given to " + other + " and " + holder);
    }
  }
}
