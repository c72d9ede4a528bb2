package dev.skep.scheduler.allocate;

import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one network and who needs them. The top quarter is the services', so that a node
 * can route it as one block; the rest is shared by the tasks and the nodes' gateways. Nobody gets
 * the subnet's first and last address, the gateway that users see, or what they set aside. Not
 * thread-safe.
 */
final class NetworkAddresses {
  /** The longest prefix that leaves a task, a gateway and a service an address each. */
  static final int LONGEST_PREFIX = 29;

  /** One block in so many is the services'. */
  private static final int PARTS = 4;

  private static final int PARTS_BITS = 2;

  private final Subnet subnet;
  private final AddressRange shared;
  private final AddressRange virtual;
  private Network network;

  /** Nodes that have a gateway here. */
  private final Set<String> nodes = new HashSet<>();

  /** Nodes on whose gateway a decision of this pass relies. */
  private final Set<String> reliedOn = new HashSet<>();

  private NetworkAddresses(
      Network network, Subnet subnet, AddressRange shared, AddressRange virtual) {
    this.network = network;
    this.subnet = subnet;
    this.shared = shared;
    this.virtual = virtual;
  }

  /** Why addresses cannot be given from the pool; absent when they can. */
  static @Nullable String tooSmall(IpamConfig pool) {
    Subnet block = block(pool);
    return block == null ? null : tooSmall(block.prefix());
  }

  /** Why addresses cannot be given from subnets of that prefix length; absent when they can. */
  static @Nullable String tooSmall(int prefix) {
    return prefix <= LONGEST_PREFIX
        ? null
        : "a /%d has too few addresses; at least a /%d is needed".formatted(prefix, LONGEST_PREFIX);
  }

  /**
   * The network's addresses, nobody's yet.
   *
   * @param pool an IPv4 subnet that is not {@linkplain #tooSmall too small}
   * @param cursor where the giving goes on
   * @param random where it begins when the cursor says nothing
   */
  static NetworkAddresses of(
      Network network, IpamConfig pool, Ipam.Cursor cursor, RandomGenerator random) {
    Subnet subnet = Subnet.parse(Objects.requireNonNullElse(pool.subnet(), ""));
    Subnet block = Objects.requireNonNullElse(block(pool), subnet);
    Subnet top = block.part(block.prefix() + PARTS_BITS, PARTS - 1);
    AddressRange shared =
        new AddressRange(block.first(), block.size() - top.size(), cursor.shared(), random);
    AddressRange virtual = new AddressRange(top.first(), top.size(), cursor.virtual(), random);
    NetworkAddresses addresses = new NetworkAddresses(network, subnet, shared, virtual);
    addresses.take(subnet.first());
    addresses.take(subnet.last());
    find(pool.gateway()).ifPresent(addresses::take);
    pool.auxAddress().values().forEach(aux -> find(aux).ifPresent(addresses::take));
    return addresses;
  }

  /** The range to allocate from: the subnet itself where none is named. */
  private static @Nullable Subnet block(IpamConfig pool) {
    Subnet subnet = find4(pool.subnet());
    Subnet range = find4(pool.range());
    return subnet != null && range != null && subnet.contains(range) ? range : subnet;
  }

  private static @Nullable Subnet find4(@Nullable String cidr) {
    return Subnet.find(cidr == null ? "" : cidr)
        .filter(subnet -> !subnet.first().v6())
        .orElse(null);
  }

  private static Optional<IpAddress> find(@Nullable String address) {
    return IpAddress.find(address == null ? "" : address);
  }

  /** The network as its tasks carry it: one object for all tasks of a pass. */
  Network network() {
    return network;
  }

  /** The network was given more; its addresses are the same. */
  void become(Network changed) {
    network = changed;
  }

  /** Where the giving goes on. */
  Ipam.Cursor cursor() {
    return new Ipam.Cursor(shared.next(), virtual.next());
  }

  // ------------------------------------------------------------------ who has what

  /** The address has a holder, whoever it is. */
  void take(IpAddress address) {
    shared.take(address);
    virtual.take(address);
  }

  /** As {@link #take(IpAddress)}, with prefix length; what is no address is no address of ours. */
  void take(String address) {
    Subnet.find(address)
        .ifPresent(_ -> find(address.substring(0, address.indexOf('/'))).ifPresent(this::take));
  }

  /** The node has a gateway here. */
  void takeGateway(String nodeId, String address) {
    take(address);
    nodes.add(nodeId);
  }

  boolean hasGateway(String nodeId) {
    return nodes.contains(nodeId);
  }

  /** The node's gateway is not its own any more; the address rests until the next pass. */
  void takeBackGateway(String nodeId) {
    nodes.remove(nodeId);
  }

  /** A task that was placed in this pass needs the node's gateway. */
  void relyOn(String nodeId) {
    reliedOn.add(nodeId);
  }

  boolean reliesOn(String nodeId) {
    return reliedOn.contains(nodeId);
  }

  // ------------------------------------------------------------------ giving

  /**
   * How many tasks could get an address. Some are kept for the gateways of nodes that have none
   * yet, up to a quarter: tasks that took all could run nowhere.
   *
   * @param clusterNodes how many nodes the cluster has
   */
  int freeForTasks(int clusterNodes) {
    int kept = Math.min(shared.size() / PARTS, Math.max(0, clusterNodes - nodes.size()));
    return Math.max(0, shared.free() - kept);
  }

  /** Of those that tasks and gateways share. */
  int free() {
    return shared.free();
  }

  /**
   * An address for a task, or for a node's gateway, with prefix length; empty when none is free.
   */
  Optional<String> give() {
    return shared.give().map(this::withPrefix);
  }

  /** An address for a service, with prefix length; empty when none is free. */
  Optional<String> giveVirtual() {
    return virtual.give().map(this::withPrefix);
  }

  private String withPrefix(IpAddress address) {
    return address + "/" + subnet.prefix();
  }

  /** Why somebody gets nothing. */
  String exhausted(String what) {
    return "no %s is free on network %s (%s)".formatted(what, network.name(), subnet);
  }
}
