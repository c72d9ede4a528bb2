package dev.skep.gateway.network;

import dev.skep.gateway.api.cluster.NameRule;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Network.IpamOptions;
import dev.skep.store.model.Network.NetworkSpec;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a network of swarm scope may be, and when it may go. Pure. */
final class NetworkRules {
  private static final String DEFAULT_IPAM = "default";

  /** Without overlay, the engine's own driver: each node has a network of its own. */
  private static final String BRIDGE = "bridge";

  private NetworkRules() {}

  /** The spec that is stored for a request, checked by itself. */
  static NetworkSpec accepted(AskedNetwork asked) {
    NameRule.check(asked.nameOrEmpty());
    if ("local".equals(asked.scope())) {
      throw ApiError.forbidden("cannot downgrade network scope for overlay networks");
    }
    String driver = asked.driverOrEmpty().isEmpty() ? BRIDGE : asked.driverOrEmpty();
    if (!asked.overlay() && !driver.equals(BRIDGE)) {
      throw ApiError.notImplemented(
          "driver \"%s\" is not supported for networks of swarm scope; use overlay or bridge"
              .formatted(driver));
    }
    if (!asked.overlay() && Boolean.TRUE.equals(asked.ingress())) {
      throw ApiError.forbidden("Ingress network can only be global scope network");
    }
    String from = asked.configFrom() == null ? null : asked.configFrom().network();
    if (from != null && !from.isEmpty()) {
      throw ApiError.notImplemented(
          "ConfigFrom is not supported for networks of swarm scope; give the settings themselves");
    }
    if (Boolean.TRUE.equals(asked.ingress()) && Boolean.TRUE.equals(asked.attachable())) {
      throw ApiError.invalidArgument("ingress network cannot be attachable");
    }
    return new NetworkSpec(
        asked.nameOrEmpty(),
        asked.labels() == null ? Map.of() : asked.labels(),
        new Driver(driver, asked.options() == null ? Map.of() : asked.options()),
        trueOrNull(asked.enableIpv6()),
        trueOrNull(asked.internal()),
        trueOrNull(asked.attachable()),
        trueOrNull(asked.ingress()),
        ipam(asked.ipam()),
        "swarm",
        null);
  }

  private static @Nullable Boolean trueOrNull(@Nullable Boolean value) {
    return Boolean.TRUE.equals(value) ? Boolean.TRUE : null;
  }

  private static IpamOptions ipam(AskedNetwork.@Nullable Ipam asked) {
    String driver = asked == null || asked.driver() == null ? "" : asked.driver();
    if (!driver.isEmpty() && !driver.equals(DEFAULT_IPAM)) {
      throw ApiError.notImplemented(
          "IPAM driver \"" + driver + "\" is not supported; use " + DEFAULT_IPAM);
    }
    List<IpamConfig> pools = new ArrayList<>();
    for (AskedNetwork.Pool pool :
        asked == null || asked.config() == null ? List.<AskedNetwork.Pool>of() : asked.config()) {
      pools.add(pool(pool));
    }
    return new IpamOptions(
        new Driver(
            DEFAULT_IPAM, asked == null || asked.options() == null ? Map.of() : asked.options()),
        pools);
  }

  private static IpamConfig pool(AskedNetwork.Pool pool) {
    for (String cidr : List.of(orEmpty(pool.subnet()), orEmpty(pool.ipRange()))) {
      if (!cidr.isEmpty() && Subnet.find(cidr).isEmpty()) {
        throw ApiError.badRequest("invalid CIDR address: " + cidr);
      }
    }
    String gateway = orEmpty(pool.gateway());
    if (!gateway.isEmpty() && IpAddress.find(gateway).isEmpty()) {
      throw ApiError.badRequest("invalid gateway address: " + gateway);
    }
    return new IpamConfig(
        pool.subnet(),
        pool.ipRange(),
        pool.gateway(),
        pool.auxiliaryAddresses() == null ? Map.of() : pool.auxiliaryAddresses());
  }

  /** Throws {@link ApiError} when the swarm's other networks leave no place for this one. */
  static void checkPlace(NetworkSpec spec, ClusterState state) {
    if (Boolean.TRUE.equals(spec.ingress())) {
      ingress(state)
          .ifPresent(present -> {
            throw ApiError.conflict("ingress network (" + present.id() + ") is already present");
          });
    }
    List<Subnet> taken = state.networks().stream().flatMap(n -> subnets(ipamOf(n))).toList();
    subnets(spec.ipamOptions())
        .filter(wanted -> taken.stream().anyMatch(wanted::overlaps))
        .findAny()
        .ifPresent(overlapping -> {
          throw ApiError.forbidden("Pool overlaps with other one on this address space");
        });
  }

  /** What was allocated, or as long as nothing is, what was asked for. */
  static @Nullable IpamOptions ipamOf(Network network) {
    return network.ipamOptions() == null ? network.spec().ipamOptions() : network.ipamOptions();
  }

  private static Stream<Subnet> subnets(@Nullable IpamOptions ipam) {
    return ipam == null
        ? Stream.of()
        : ipam.configs().stream().flatMap(c -> Subnet.find(orEmpty(c.subnet())).stream());
  }

  static Optional<Network> ingress(ClusterState state) {
    return state.networks().stream()
        .filter(network -> Boolean.TRUE.equals(network.spec().ingress()))
        .findAny();
  }

  /** Throws {@link ApiError} when something uses the network. */
  static void requireUnused(Network network, ClusterState state) {
    List<Service> services =
        state.services().stream().sorted(Comparator.comparing(Service::id)).toList();
    for (Service service : services) {
      if (Boolean.TRUE.equals(network.spec().ingress()) && publishes(service.spec())) {
        throw ApiError.failedPrecondition(
            "ingress network cannot be removed because service " + service.id() + " depends on it");
      }
      if (attached(service.spec(), network.id())) {
        throw ApiError.failedPrecondition(
            "network " + network.id() + " is in use by service " + service.id());
      }
    }
    // The tasks of a removed service are on their way out: `stack rm` removes the network at once.
    state.tasks().stream()
        .filter(task -> uses(task, network.id()) && state.service(task.serviceId()).isPresent())
        .map(Task::id)
        .min(Comparator.naturalOrder())
        .ifPresent(task -> {
          throw ApiError.failedPrecondition(
              "network " + network.id() + " is in use by task " + task);
        });
  }

  private static boolean publishes(ServiceSpec spec) {
    return spec.endpointSpec() != null
        && spec.endpointSpec().ports().stream().anyMatch(ServiceSpec.PortConfig::ingress);
  }

  private static boolean attached(ServiceSpec spec, String networkId) {
    return Stream.concat(spec.networks().stream(), spec.taskTemplate().networks().stream())
        .map(NetworkAttachmentConfig::target)
        .anyMatch(networkId::equals);
  }

  private static boolean uses(Task task, String networkId) {
    return !task.desiredState().after(TaskState.RUNNING)
        && !task.state().after(TaskState.RUNNING)
        && task.networksAttachments().stream()
            .anyMatch(a -> a.network() != null && a.network().id().equals(networkId));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
