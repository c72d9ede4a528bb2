package dev.skep.scheduler.allocate;

import dev.skep.scheduler.allocate.Grant.Given;
import dev.skep.scheduler.allocate.Grant.Refused;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Network.IpamOptions;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
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
 * and with what was given since. Not thread-safe.
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
  private final Set<Integer> vxlans = new HashSet<>();
  private Cluster.LastGiven last;

  private NetworkSupply(List<Subnet> pools, int prefix, Cluster.LastGiven last) {
    this.pools = pools;
    this.prefix = prefix;
    this.last = last;
  }

  static NetworkSupply of(ClusterState state) {
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
    return supply;
  }

  private void enter(Network network) {
    IpamOptions has =
        network.ipamOptions() == null ? network.spec().ipamOptions() : network.ipamOptions();
    if (has != null) {
      has.configs().forEach(pool -> Subnet.find(orEmpty(pool.subnet())).ifPresent(subnets::add));
    }
    Integer vxlan = vxlan(network);
    if (vxlan != null) {
      vxlans.add(vxlan);
    }
  }

  /** The IPv4 pool that the network was given; absent while it has none. */
  static @Nullable IpamConfig given(Network network) {
    return network.ipamOptions() == null ? null : firstOfIpv4(network.ipamOptions());
  }

  /** The network's VXLAN id; absent while it has none. */
  static @Nullable Integer vxlan(Network network) {
    Driver driver = network.driverState();
    String said = driver == null ? null : driver.options().get(Network.VXLAN_OPTION);
    return said == null || !said.matches("\\d{1,8}") ? null : Integer.valueOf(said);
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
   * The network with a subnet and, where its driver wants one, a VXLAN id.
   *
   * @param network one that has no subnet yet, or one that is too small to give addresses from
   */
  Grant<Network> complete(Network network, boolean wantsVxlan) {
    IpamConfig has = given(network);
    IpamConfig asked = has == null ? firstOfIpv4(network.spec().ipamOptions()) : has;
    String tooSmall =
        asked == null ? NetworkAddresses.tooSmall(prefix) : NetworkAddresses.tooSmall(asked);
    if (tooSmall != null) {
      return new Refused<>("network %s: %s".formatted(network.name(), tooSmall));
    }
    Integer had = vxlan(network);
    Integer vxlan = had == null && wantsVxlan ? freeVxlan().orElse(null) : had;
    if (wantsVxlan && vxlan == null) {
      return new Refused<>("no VXLAN id is free for network " + network.name());
    }
    Subnet cut = null;
    if (asked == null) {
      cut = SubnetSupply.next(pools, prefix, subnets, last.subnet()).orElse(null);
      if (cut == null) {
        return new Refused<>(
            "no subnet is free for network %s: the address pools %s have no /%d left"
                .formatted(network.name(), pools, prefix));
      }
      subnets.add(cut);
    }
    if (had == null && vxlan != null) {
      vxlans.add(vxlan);
    }
    last =
        new Cluster.LastGiven(
            cut == null ? last.subnet() : cut, had != null || vxlan == null ? last.vxlan() : vxlan);
    IpamConfig pool = cut == null ? withGateway(asked) : withGateway(cut);
    Driver driver = new Driver(NetworkDrivers.driver(network), options(network, vxlan));
    return new Given<>(
        network.with(n ->
            n.driverState(driver)
                .ipamOptions(new IpamOptions(new Driver(DEFAULT_IPAM, Map.of()), List.of(pool)))));
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
    for (int i = 0; i <= vxlans.size(); i++) {
      next = next < FIRST_VXLAN || next >= LAST_VXLAN ? FIRST_VXLAN : next + 1;
      if (!vxlans.contains(next)) {
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
