package dev.skep.store.membership;

import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.JoinTokens;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Network.IpamOptions;
import dev.skep.store.model.Network.NetworkSpec;
import dev.skep.store.model.NetworkNetworkSpecBuilder;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.net.Subnet;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a new swarm begins with besides its first node: the cluster object, the networks that every
 * engine has (services may name them), and the ingress network.
 */
public final class InitialObjects {
  private static final String FIRST_VXLAN = "4096";
  private static final List<String> PREDEFINED = List.of("host", "bridge");

  private InitialObjects() {}

  /**
   * Adds the objects to a founding transaction.
   *
   * @param request as it was accepted; what it leaves out is filled in
   */
  public static void addTo(
      Transaction.Builder founding,
      InitRequest request,
      String clusterId,
      JoinTokens tokens,
      Sensitive busSecret,
      Instant now,
      RandomGenerator random) {
    List<String> pool = request.defaultAddrPool() == null ? List.of() : request.defaultAddrPool();
    Cluster cluster =
        new Cluster(
            clusterId,
            Version.NONE,
            now,
            now,
            SwarmDefaults.complete(request.spec()),
            null,
            false,
            pool,
            request.subnetSize() == null ? 0 : request.subnetSize(),
            request.dataPathPort() == null ? 0 : request.dataPathPort(),
            tokens,
            busSecret,
            null);
    founding.create(cluster);
    networks(cluster.defaultAddrPool().getFirst(), cluster.subnetSize(), now, random)
        .forEach(founding::create);
  }

  private static List<Network> networks(
      String pool, int subnetSize, Instant now, RandomGenerator random) {
    List<Network> networks = new java.util.ArrayList<>();
    for (String name : PREDEFINED) {
      networks.add(predefined(Ids.next(random), name, now));
    }
    networks.add(ingress(Ids.next(random), pool, subnetSize, now));
    return networks;
  }

  private static Network predefined(String id, String name, Instant now) {
    NetworkSpec spec =
        NetworkNetworkSpecBuilder.builder()
            .name(name)
            .labels(Map.of(Network.PREDEFINED_LABEL, "true"))
            .driverConfiguration(new Driver(name, Map.of()))
            .scope("swarm")
            .build();
    return new Network(
        id,
        Version.NONE,
        now,
        now,
        spec,
        new Driver(name, Map.of()),
        new IpamOptions(new Driver(null, Map.of()), List.of()));
  }

  private static Network ingress(String id, String pool, int subnetSize, Instant now) {
    NetworkSpec spec =
        NetworkNetworkSpecBuilder.builder()
            .name("ingress")
            .labels(Map.of())
            .driverConfiguration(new Driver(null, Map.of()))
            .ingress(true)
            .ipamOptions(new IpamOptions(new Driver(null, Map.of()), List.of()))
            .scope("swarm")
            .build();
    Subnet own = Subnet.around(Subnet.parse(pool).first(), subnetSize);
    IpamConfig subnet = new IpamConfig(own.toString(), null, own.address(1).toString(), Map.of());
    return new Network(
        id,
        Version.NONE,
        now,
        now,
        spec,
        new Driver("overlay", Map.of(Network.VXLAN_OPTION, FIRST_VXLAN)),
        new IpamOptions(new Driver("default", Map.of()), List.of(subnet)));
  }
}
