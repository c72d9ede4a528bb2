package dev.skep.scheduler.allocate;

import dev.skep.scheduler.allocate.Grant.Given;
import dev.skep.scheduler.allocate.Grant.Refused;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.VirtualIp;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.state.ClusterState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who has which addresses, in one snapshot and with what was given since: so that all decisions of
 * a pass together give nothing twice. What is given back in the pass is free in the next one. A
 * task holds its addresses until it has ended or is deleted, a service and a node until they are.
 *
 * <p>It is made from the snapshot, at the cost of a look at every task, and only when a network
 * needs it. Not thread-safe.
 */
public final class AddressLedger {
  private final ClusterState state;
  private final Ipam ipam;
  private final Map<String, NetworkAddresses> networks = new HashMap<>();

  /** Networks whose idle gateways were looked for in this pass: once is enough. */
  private final Set<String> searched = new HashSet<>();

  /** Made when a network needs something of it: that costs a look at every task. */
  private @Nullable NetworkSupply supply;

  private AddressLedger(ClusterState state, Ipam ipam) {
    this.state = state;
    this.ipam = ipam;
  }

  static AddressLedger of(ClusterState state, Ipam ipam) {
    AddressLedger ledger = new AddressLedger(state, ipam);
    for (Network network : state.networks()) {
      IpamConfig pool = NetworkSupply.given(network);
      if (ipam.drivers().manages(network)
          && pool != null
          && NetworkAddresses.tooSmall(pool) == null) {
        ledger.open(network, pool);
      }
    }
    if (!ledger.networks.isEmpty()) {
      ledger.enterHolders();
    }
    return ledger;
  }

  private void enterHolders() {
    state.tasks().forEach(this::enter);
    state.services().forEach(this::enter);
    state.nodes().forEach(this::enter);
  }

  private void open(Network network, IpamConfig pool) {
    Ipam.Cursor cursor = ipam.cursor(network.id());
    networks.put(network.id(), NetworkAddresses.of(network, pool, cursor, ipam.random()));
  }

  private void enter(Task task) {
    if (task.state().ended()) {
      return;
    }
    for (NetworkAttachment attachment : task.networksAttachments()) {
      NetworkAddresses of =
          attachment.network() == null ? null : networks.get(attachment.network().id());
      if (of != null) {
        attachment.addresses().forEach(of::take);
      }
    }
  }

  private void enter(Service service) {
    if (service.endpoint() != null) {
      for (VirtualIp virtual : service.endpoint().virtualIps()) {
        NetworkAddresses of = networks.get(virtual.networkId());
        if (of != null) {
          of.take(virtual.addr());
        }
      }
    }
  }

  private void enter(Node node) {
    for (Node.Gateway gateway : node.gateways()) {
      NetworkAddresses of = networks.get(gateway.networkId());
      if (of != null) {
        of.takeGateway(node.id(), gateway.addr());
      }
    }
  }

  /** Where the giving of each network's addresses goes on. */
  Map<String, Ipam.Cursor> cursors() {
    Map<String, Ipam.Cursor> cursors = new HashMap<>();
    networks.forEach((id, of) -> cursors.put(id, of.cursor()));
    return cursors;
  }

  // ------------------------------------------------------------------ networks

  /** Whether the network has what its driver wants from the manager. */
  public boolean isComplete(Network network) {
    return networks.containsKey(network.id())
        && (NetworkSupply.vxlan(network) != null || !ipam.drivers().of(network).vxlan());
  }

  /**
   * The network with its subnet and its VXLAN id: itself when it has them.
   *
   * @param network one that the drivers {@linkplain NetworkDrivers#manages manage}
   */
  public Grant<Network> complete(Network network) {
    if (isComplete(network)) {
      return new Given<>(network);
    }
    Grant<Network> grant = supply().complete(network, ipam.drivers().of(network).vxlan());
    if (grant instanceof Given<Network>(Network complete)) {
      NetworkAddresses known = networks.get(network.id());
      if (known != null) {
        known.become(complete);
        return grant;
      }
      IpamConfig pool = NetworkSupply.given(complete);
      if (pool == null) {
        throw new IllegalStateException("network " + network.id() + " was given no subnet");
      }
      open(complete, pool);
      // Engines may have given addresses of it, as long as the manager gave none.
      enterHolders();
    }
    return grant;
  }

  private NetworkSupply supply() {
    NetworkSupply present = supply;
    if (present == null) {
      present = NetworkSupply.of(state, ipam.drivers());
      supply = present;
    }
    return present;
  }

  /** The cluster with what networks were given last; itself when none was given anything. */
  public Cluster follow(Cluster cluster) {
    Cluster.LastGiven last = supply == null ? Cluster.LastGiven.NOTHING : supply.lastGiven();
    return last.equals(Cluster.LastGiven.NOTHING) || last.equals(cluster.lastGiven())
        ? cluster
        : cluster.withLastGiven(last);
  }

  // ------------------------------------------------------------------ addresses
  //
  // Of networks that are complete.

  /** Why the network has no address for one more task; absent when it has. */
  public @Nullable String refusesTask(String networkId) {
    NetworkAddresses of = of(networkId);
    if (of.freeForTasks(state.nodes().size()) > 0) {
      return null;
    }
    String exhausted = of.exhausted("address");
    return of.free() > 0 ? exhausted + ": all but those kept for nodes are taken" : exhausted;
  }

  /** A task's place on the network, with an address of its own; empty when none is free. */
  public Optional<NetworkAttachment> attach(String networkId) {
    NetworkAddresses of = of(networkId);
    return of.give().map(address -> new NetworkAttachment(of.network(), List.of(address)));
  }

  /** An address for a service on the network. */
  public Grant<String> virtualAddress(String networkId) {
    NetworkAddresses of = of(networkId);
    Optional<String> given = of.giveVirtual();
    return given.isPresent()
        ? new Given<>(given.get())
        : new Refused<>(of.exhausted("virtual address"));
  }

  // ------------------------------------------------------------------ gateways
  //
  // Of networks that may be anything.

  /** Whether the node needs a gateway on the network before a task can be there. */
  public boolean lacksGateway(String networkId, String nodeId) {
    NetworkAddresses of = networks.get(networkId);
    return of != null && !of.hasGateway(nodeId);
  }

  /** Why the node can have no gateway on the network; absent when it has one, or can. */
  public @Nullable String refusesGateway(String networkId, String nodeId) {
    NetworkAddresses of = networks.get(networkId);
    return of == null || of.hasGateway(nodeId) || of.free() > 0
        ? null
        : of.exhausted("gateway address");
  }

  /** A new gateway for the node; empty when it has one already. A task relies on it from now on. */
  public Optional<String> gateway(String networkId, String nodeId) {
    NetworkAddresses of = networks.get(networkId);
    if (of == null) {
      return Optional.empty();
    }
    of.relyOn(nodeId);
    if (of.hasGateway(nodeId)) {
      return Optional.empty();
    }
    Optional<String> given = of.give();
    given.ifPresent(address -> of.takeGateway(nodeId, address));
    return given;
  }

  /**
   * Whether the node's gateway can be taken back: no task of this snapshot that has not ended is on
   * the network there, and none was placed there since.
   */
  public boolean idleGateway(String networkId, Node node) {
    NetworkAddresses of = networks.get(networkId);
    return of != null
        && of.hasGateway(node.id())
        && !of.reliesOn(node.id())
        && state.tasksOfNode(node.id()).stream()
            .noneMatch(task -> !task.state().ended() && joins(task, networkId));
  }

  private static boolean joins(Task task, String networkId) {
    return task.spec().networks().stream().anyMatch(n -> networkId.equals(n.target()))
        || task.networksAttachments().stream()
            .anyMatch(a -> a.network() != null && networkId.equals(a.network().id()));
  }

  /**
   * The node has no gateway on the network any more. Its address stays taken in this ledger: it is
   * free in the next pass.
   */
  public void takeBackGateway(String networkId, String nodeId) {
    of(networkId).takeBackGateway(nodeId);
  }

  /** Notes that idle gateways of the network are looked for; whether it is the first time. */
  public boolean noteSearch(String networkId) {
    return searched.add(networkId);
  }

  private NetworkAddresses of(String networkId) {
    NetworkAddresses of = networks.get(networkId);
    if (of == null) {
      throw new IllegalStateException("network " + networkId + " is not complete");
    }
    return of;
  }
}
