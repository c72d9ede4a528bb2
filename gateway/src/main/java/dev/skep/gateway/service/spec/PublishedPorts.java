package dev.skep.gateway.service.spec;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.state.ClusterState;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which published ports belong to which service. */
public final class PublishedPorts {
  private record Key(int port, String protocol) {
    static Key of(PortConfig port) {
      return new Key(port.publishedPortOrZero(), port.protocolOrTcp());
    }
  }

  private PublishedPorts() {}

  /**
   * Throws {@link ApiError} when a port of the spec is another service's. Host-mode ports of
   * several services may be the same: the placement keeps them apart.
   *
   * @param self id of the service that the spec is for
   */
  public static void checkFree(ServiceSpec spec, String self, ClusterState state) {
    Set<Key> ingress = new HashSet<>();
    Set<Key> host = new HashSet<>();
    for (PortConfig port : portsOf(spec)) {
      if (port.publishedPortOrZero() != 0) {
        (port.ingress() ? ingress : host).add(Key.of(port));
      }
    }
    if (ingress.isEmpty() && host.isEmpty()) {
      return;
    }
    List<Service> others =
        state.services().stream()
            .filter(service -> !service.id().equals(self))
            .sorted(Comparator.comparing(Service::id))
            .toList();
    for (Service service : others) {
      for (PortConfig taken : taken(service)) {
        Key key = Key.of(taken);
        if (taken.ingress() && (ingress.contains(key) || host.contains(key))) {
          throw inUse(taken, service, "an ingress port");
        }
        if (!taken.ingress() && ingress.contains(key)) {
          throw inUse(taken, service, "a host-published port");
        }
      }
    }
  }

  /** What the service asked for, and what it was given. */
  private static List<PortConfig> taken(Service service) {
    return Stream.concat(
            portsOf(service.spec()).stream(),
            service.endpoint() == null ? Stream.of() : service.endpoint().ports().stream())
        .filter(port -> port.publishedPortOrZero() != 0)
        .toList();
  }

  public static List<PortConfig> portsOf(ServiceSpec spec) {
    return spec.endpointSpec() == null ? List.of() : spec.endpointSpec().ports();
  }

  private static ApiError inUse(PortConfig port, Service by, String as) {
    return ApiError.invalidArgument(
        "port '%d' is already in use by service '%s' (%s) as %s"
            .formatted(port.publishedPortOrZero(), by.name(), by.id(), as));
  }
}
