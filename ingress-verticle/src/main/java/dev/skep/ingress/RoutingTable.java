package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.net.HostPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The leader's routes as one node sees them, without what its data plane cannot do.
 *
 * @param routes by published port and protocol
 * @param tasks the ids of all tasks that the leader's routes lead to
 * @param unsupported what the plane cannot do, with the reason
 */
public record RoutingTable(
    long term,
    long index,
    SortedMap<Port, Route> routes,
    Set<String> tasks,
    List<RefusedPort> unsupported) {
  /** The order of published ports: by number, then by protocol. */
  static final Comparator<Port> BY_PORT =
      Comparator.comparingInt(Port::port).thenComparing(Port::protocol);

  public static final RoutingTable NONE =
      new RoutingTable(0, 0, Collections.emptySortedMap(), Set.of(), List.of());

  /** What a published port leads to, in the order of the leader's table. */
  public record Route(Port port, List<Target> targets) {}

  /**
   * @param nodeId the node whose table it is
   * @param can what its data plane can do
   */
  public static RoutingTable from(String nodeId, PlaneCapabilities can, Routes message) {
    SortedMap<Port, Route> routes = new TreeMap<>(BY_PORT);
    Set<String> tasks = new HashSet<>();
    Set<RefusedPort> unsupported = new LinkedHashSet<>();
    for (PortRoute published : message.ports()) {
      published.endpoints().forEach(endpoint -> tasks.add(endpoint.taskId()));
      Port port = new Port(published.port(), published.protocol());
      if (!can.serves(port)) {
        unsupported.add(can.unsupported(port));
        continue;
      }
      List<Target> targets = new ArrayList<>();
      for (Endpoint endpoint : published.endpoints()) {
        if (can.hostAddress() || !endpoint.network().equals(Endpoint.HOST_NETWORK)) {
          targets.add(target(nodeId, endpoint));
        } else {
          unsupported.add(can.noHostAddress(port));
        }
      }
      routes.putIfAbsent(port, new Route(port, List.copyOf(targets)));
    }
    return new RoutingTable(
        message.term(),
        message.index(),
        Collections.unmodifiableSortedMap(routes),
        Set.copyOf(tasks),
        List.copyOf(unsupported));
  }

  /** Whether this one was made after {@code other}: by a later leader, or from a later snapshot. */
  boolean supersedes(RoutingTable other) {
    return term != other.term ? term > other.term : index > other.index;
  }

  private static Target target(String nodeId, Endpoint endpoint) {
    String mesh = endpoint.meshAddress();
    return new Target(
        endpoint.taskId(),
        endpoint.nodeId(),
        endpoint.nodeId().equals(nodeId),
        endpoint.targetPort(),
        endpoint.network(),
        address(endpoint),
        mesh == null ? null : parsed(mesh));
  }

  /** Nothing when the endpoint has no address that a connection could go to. */
  private static @Nullable HostPort address(Endpoint endpoint) {
    try {
      return HostPort.of(endpoint.address(), endpoint.targetPort());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable HostPort parsed(String text) {
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
