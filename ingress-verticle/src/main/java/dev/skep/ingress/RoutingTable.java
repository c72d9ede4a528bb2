package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The leader's routes as one node sees them.
 *
 * @param routes by published port
 * @param own this node's tasks by id and target port, which other nodes may ask for
 * @param tasks the ids of all tasks that the routes lead to
 * @param unsupported ports that no user-space listener can serve, with the reason
 */
record RoutingTable(
    long term,
    long index,
    SortedMap<Integer, Route> routes,
    Map<OwnTask, Target> own,
    Set<String> tasks,
    List<RefusedPort> unsupported) {
  static final RoutingTable NONE =
      new RoutingTable(0, 0, Collections.emptySortedMap(), Map.of(), Set.of(), List.of());

  private static final String TCP = "tcp";

  /** What a published port leads to, in the order of the leader's table. */
  record Route(int port, List<Target> targets) {}

  record OwnTask(String taskId, int targetPort) {}

  static RoutingTable from(String nodeId, Routes message) {
    SortedMap<Integer, Route> routes = new TreeMap<>();
    Map<OwnTask, Target> own = new HashMap<>();
    Set<String> tasks = new HashSet<>();
    List<RefusedPort> unsupported = new ArrayList<>();
    for (PortRoute port : message.ports()) {
      port.endpoints().forEach(endpoint -> tasks.add(endpoint.taskId()));
      if (!port.protocol().equals(TCP)) {
        unsupported.add(unsupported(port.port(), port.protocol()));
        continue;
      }
      List<Target> targets = new ArrayList<>();
      for (Endpoint endpoint : port.endpoints()) {
        Target target = target(nodeId, endpoint);
        if (target != null) {
          targets.add(target);
          if (!target.relayed()) {
            own.put(new OwnTask(target.taskId(), target.targetPort()), target);
          }
        }
      }
      routes.putIfAbsent(port.port(), new Route(port.port(), List.copyOf(targets)));
    }
    return new RoutingTable(
        message.term(),
        message.index(),
        Collections.unmodifiableSortedMap(routes),
        Map.copyOf(own),
        Set.copyOf(tasks),
        List.copyOf(unsupported));
  }

  /** Whether this one was made after {@code other}: by a later leader, or from a later snapshot. */
  boolean supersedes(RoutingTable other) {
    return term != other.term ? term > other.term : index > other.index;
  }

  static boolean isSupported(String protocol) {
    return protocol.equals(TCP);
  }

  static RefusedPort unsupported(int port, String protocol) {
    return new RefusedPort(
        port, protocol, protocol + " is not supported by the user-space ingress yet");
  }

  /** Nothing when the endpoint has no address that a connection could go to. */
  private static @Nullable Target target(String nodeId, Endpoint endpoint) {
    boolean relayed = !endpoint.nodeId().equals(nodeId);
    try {
      InetSocketAddress address;
      if (!relayed) {
        address = HostPort.of(endpoint.address(), endpoint.targetPort());
      } else if (endpoint.meshAddress() != null) {
        address = HostPort.parse(endpoint.meshAddress());
      } else {
        return null;
      }
      return new Target(endpoint.taskId(), endpoint.targetPort(), address, relayed);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
