package dev.skep.scheduler.allocate;

import dev.skep.scheduler.allocate.Grant.Given;
import dev.skep.scheduler.allocate.Grant.Refused;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Network.IpamOptions;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives networks their subnets and their VXLAN ids, each to one network at a time, in one snapshot
 * and with what was given since. A network that was removed holds its own as long as a task is on
 * it. Not thread-safe.
 */
final class NetworkSupply {
  /**
   * The first VXLAN id that is given. Swarm counts up from 4096: a host that is in a swarm of its
   * engine's too must not have one id twice.
   */
  static final int FIRST_VXLAN = 65_536;

  /** An id has 24 bits. */
  static final int LAST_VXLAN = (1 << 24) - 1;

  private static final String DEFAULT_IPAM = "default";

  private final List<Subnet> pools;
  private final int prefix;
  private final List<Subnet> subnets = new ArrayList<>();

  /** VXLAN ids that networks have, and whose they are. */
  private final Map<Integer, String> vxlans = new HashMap<>();

  /** VXLAN ids that users asked for. */
  private final Set<Integer> asked = new HashSet<>();

  private Cluster.LastGiven last;

  private NetworkSupply(List<Subnet> pools, int prefix, Cluster.LastGiven last) {
    this.pools = pools;
    this.prefix = prefix;
    this.last = last;
  }

  static NetworkSupply of(ClusterState state, NetworkDrivers drivers) {
    Cluster cluster = state.cluster().orElse(null);
    Stream<String> pools =
        cluster == null
            ? Stream.of(Cluster.DEFAULT_ADDRESS_POOL)
            : cluster.defaultAddrPool().stream();
    NetworkSupply supply =
        new NetworkSupply(
            pools.flatMap(pool -> Subnet.find(pool).stream()).toList(),
            cluster == null ? Cluster.DEFAULT_SUBNET_SIZE : cluster.subnetSize(),
            cluster == null || cluster.lastGiven() == null
                ? Cluster.LastGiven.NOTHING
                : cluster.lastGiven());
    state.networks().forEach(supply::enter);
    Set<String> entered = new HashSet<>();
    for (Task task : state.tasks()) {
      for (NetworkAttachment attachment : task.networksAttachments()) {
        Network of = attachment.network();
        if (of != null
            && !task.state().ended()
            && drivers.manages(of)
            && state.network(of.id()).isEmpty()
            && entered.add(of.id())) {
          supply.enter(of);
        }
      }
    }
    return supply;
  }

  private void enter(Network network) {
    IpamOptions has =
        network.ipamOptions() == null ? network.spec().ipamOptions() : network.ipamOptions();
    if (has != null) {
      has.configs().forEach(pool -> Subnet.find(orEmpty(pool.subnet())).ifPresent(subnets::add));
    }
    vxlans(network.driverState()).forEach(id -> vxlans.put(id, network.id()));
    asked.addAll(vxlans(network.spec().driverConfiguration()));
  }

  /** The IPv4 pool that the network was given; absent while it has none. */
  static @Nullable IpamConfig given(Network network) {
    return network.ipamOptions() == null ? null : firstOfIpv4(network.ipamOptions());
  }

  /** The network's VXLAN id; absent while it has none. */
  static @Nullable Integer vxlan(Network network) {
    List<Integer> ids = vxlans(network.driverState());
    return ids.isEmpty() ? null : ids.getFirst();
  }

  /** The ids of the driver's option, which are separated by commas. */
  private static List<Integer> vxlans(@Nullable Driver driver) {
    String said = driver == null ? null : driver.options().get(Network.VXLAN_OPTION);
    return Arrays.stream(orEmpty(said).split(",", -1))
        .map(String::strip)
        .filter(id -> id.matches("\\d{1,8}"))
        .map(Integer::valueOf)
        .filter(id -> id > 0 && id <= LAST_VXLAN)
        .toList();
  }

  private static @Nullable IpamConfig firstOfIpv4(@Nullable IpamOptions ipam) {
    for (IpamConfig pool : ipam == null ? List.<IpamConfig>of() : ipam.configs()) {
      if (Subnet.find(orEmpty(pool.subnet())).filter(s -> !s.first().v6()).isPresent()) {
        return pool;
      }
    }
    return null;
  }

  /** What networks were given last, by this supply or before. */
  Cluster.LastGiven lastGiven() {
    return last;
  }

  /**
   * The network with a subnet and, where its driver wants one, a VXLAN id. What it has stays.
   *
   * @param network one that lacks one of them, or has a subnet too small to give addresses from
   */
  Grant<Network> complete(Network network, boolean wantsVxlan) {
    IpamConfig has = given(network);
    IpamConfig said = has == null ? firstOfIpv4(network.spec().ipamOptions()) : has;
    String tooSmall =
        said == null ? NetworkAddresses.tooSmall(prefix) : NetworkAddresses.tooSmall(said);
    if (tooSmall != null) {
      return new Refused<>("network %s: %s".formatted(network.name(), tooSmall));
    }
    Integer had = vxlan(network);
    Integer vxlan = had;
    if (had == null && wantsVxlan) {
      switch (vxlanFor(network)) {
        case Given<Integer>(Integer id) -> vxlan = id;
        case Refused<Integer>(String why) -> {
          return new Refused<>(why);
        }
      }
    }
    Subnet cut = null;
    if (said == null) {
      cut = SubnetSupply.next(pools, prefix, subnets, last.subnet()).orElse(null);
      if (cut == null) {
        return new Refused<>(
            "no subnet is free for network %s: the address pools %s have no /%d left"
                .formatted(network.name(), pools, prefix));
      }
      subnets.add(cut);
    }
    boolean chosen = had == null && vxlan != null && !asked.contains(vxlan);
    if (vxlan != null) {
      vxlans.put(vxlan, network.id());
    }
    last =
        new Cluster.LastGiven(
            cut == null ? last.subnet() : cut, chosen && vxlan != null ? vxlan : last.vxlan());
    Driver driver = new Driver(NetworkDrivers.driver(network), options(network, vxlan));
    IpamOptions ipam =
        has != null && network.ipamOptions() != null
            ? network.ipamOptions()
            : new IpamOptions(
                new Driver(DEFAULT_IPAM, Map.of()),
                List.of(cut == null ? withGateway(said) : withGateway(cut)));
    return new Given<>(network.with(n -> n.driverState(driver).ipamOptions(ipam)));
  }

  /** The id that the user asked for, or a free one. */
  private Grant<Integer> vxlanFor(Network network) {
    List<Integer> wanted = vxlans(network.spec().driverConfiguration());
    if (wanted.isEmpty()) {
      return freeVxlan()
          .<Grant<Integer>>map(Given::new)
          .orElseGet(() -> new Refused<>("no VXLAN id is free for network " + network.name()));
    }
    Integer id = wanted.getFirst();
    String holder = vxlans.getOrDefault(id, network.id());
    return holder.equals(network.id())
        ? new Given<>(id)
        : new Refused<>(
            "network %s: its VXLAN id %d is another network's".formatted(network.name(), id));
  }

  private static Map<String, String> options(Network network, @Nullable Integer vxlan) {
    Driver before = network.driverState();
    Map<String, String> options = new TreeMap<>(before == null ? Map.of() : before.options());
    if (vxlan != null) {
      options.put(Network.VXLAN_OPTION, vxlan.toString());
    }
    return options;
  }

  private Optional<Integer> freeVxlan() {
    int next = last.vxlan();
    // Of one more than there are taken, one is free.
    for (int i = 0; i <= vxlans.size() + asked.size(); i++) {
      next = next < FIRST_VXLAN || next >= LAST_VXLAN ? FIRST_VXLAN : next + 1;
      if (!vxlans.containsKey(next) && !asked.contains(next)) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /** The gateway that users see is the first address, as in Swarm; nobody gets it. */
  private static IpamConfig withGateway(Subnet subnet) {
    IpAddress gateway = subnet.size() > 1 ? subnet.address(1) : subnet.first();
    return new IpamConfig(subnet.toString(), null, gateway.toString(), Map.of());
  }

  private static IpamConfig withGateway(@Nullable IpamConfig asked) {
    if (asked == null) {
      throw new IllegalStateException("no pool was asked for");
    }
    String subnet = orEmpty(asked.subnet());
    return orEmpty(asked.gateway()).isEmpty()
        ? new IpamConfig(
            subnet, asked.range(), withGateway(Subnet.parse(subnet)).gateway(), asked.auxAddress())
        : asked;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
