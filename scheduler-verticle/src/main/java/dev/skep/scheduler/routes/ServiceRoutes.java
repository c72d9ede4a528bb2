package dev.skep.scheduler.routes;

import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks answer on which published port, kept along with the commits. Pure: the same snapshot
 * gives the same routes.
 */
public final class ServiceRoutes {
  private final long term;
  private final Map<String, List<PortRoute>> byService = new TreeMap<>();
  private Routes current;

  public ServiceRoutes(ClusterState state, long term) {
    this.term = term;
    for (Service service : state.services()) {
      put(service.id(), state);
    }
    this.current = collect(state.index());
  }

  public Routes current() {
    return current;
  }

  /** Follows a commit; the new table when it changed something. */
  public Optional<Routes> observe(Commit commit) {
    Set<String> services = new HashSet<>();
    for (Change change : commit.changes()) {
      switch (change.object()) {
        case Task task -> {
          if (!(change instanceof Change.Updated(Task before, Task after))
              || !sameRoute(before, after)) {
            services.add(task.serviceId());
          }
        }
        case Service service -> services.add(service.id());
        case Node node ->
            commit.state().tasksOfNode(node.id()).forEach(task -> services.add(task.serviceId()));
        default -> {}
      }
    }
    boolean changed = false;
    for (String service : services) {
      changed |= put(service, commit.state());
    }
    if (!changed) {
      return Optional.empty();
    }
    current = collect(commit.index());
    return Optional.of(current);
  }

  /** Most changes of a task leave its routes alone; they must not cost a look at its service. */
  private static boolean sameRoute(Task before, Task after) {
    return takesConnections(before) == takesConnections(after)
        && before.networksAttachments().equals(after.networksAttachments());
  }

  private static boolean takesConnections(Task task) {
    return task.state() == TaskState.RUNNING && !task.desiredState().after(TaskState.RUNNING);
  }

  private boolean put(String serviceId, ClusterState state) {
    List<PortRoute> routes =
        state.service(serviceId).map(service -> routes(service, state)).orElse(List.of());
    List<PortRoute> before =
        routes.isEmpty() ? byService.remove(serviceId) : byService.put(serviceId, routes);
    return !routes.equals(before == null ? List.of() : before);
  }

  private Routes collect(long index) {
    List<PortRoute> ports = new ArrayList<>();
    byService.values().forEach(ports::addAll);
    ports.sort(
        Comparator.comparingInt(PortRoute::port)
            .thenComparing(PortRoute::protocol)
            .thenComparing(PortRoute::serviceId));
    return new Routes(term, index, ports);
  }

  /** The routes of one service. */
  static List<PortRoute> routes(Service service, ClusterState state) {
    List<PortConfig> ports =
        service.endpoint() == null
            ? List.of()
            : service.endpoint().ports().stream()
                .filter(port -> port.ingress() && port.publishedPortOrZero() != 0)
                .toList();
    if (ports.isEmpty()) {
      return List.of();
    }
    List<Task> tasks = new ArrayList<>();
    for (Task task : state.tasksOfService(service.id())) {
      if (takesConnections(task)) {
        tasks.add(task);
      }
    }
    tasks.sort(Comparator.comparing(Task::id));
    List<PortRoute> routes = new ArrayList<>();
    for (PortConfig port : ports) {
      List<Endpoint> endpoints = new ArrayList<>();
      for (Task task : tasks) {
        Endpoint endpoint = endpoint(task, port, state);
        if (endpoint != null) {
          endpoints.add(endpoint);
        }
      }
      routes.add(
          new PortRoute(
              port.publishedPortOrZero(),
              port.protocolOrTcp(),
              service.id(),
              service.name(),
              endpoints));
    }
    return routes;
  }

  /** Absent when nobody can reach the task's container. */
  private static @Nullable Endpoint endpoint(Task task, PortConfig port, ClusterState state) {
    Node node = state.node(task.nodeId()).orElse(null);
    if (node == null || node.status().state().equals(NodeStatus.DOWN)) {
      return null;
    }
    NetworkAttachment attachment = attachment(task);
    String address =
        attachment == null ? hostAddress(task, node) : plain(attachment.addresses().getFirst());
    if (address == null) {
      return null;
    }
    String network =
        attachment == null
            ? Endpoint.HOST_NETWORK
            : attachment.network() == null ? Endpoint.ENGINE_NETWORK : attachment.network().id();
    return new Endpoint(
        task.id(), node.id(), address, network, port.targetPortOrZero(), node.meshAddress());
  }

  /**
   * The attachment that routes lead to: the one to the routing mesh's own network where there is
   * one, else the first in the order in which the service names its networks. Absent when the task
   * has no address of its own.
   */
  private static @Nullable NetworkAttachment attachment(Task task) {
    NetworkAttachment first = null;
    for (NetworkAttachment attachment : task.networksAttachments()) {
      Network network = attachment.network();
      if (attachment.addresses().isEmpty()) {
        continue;
      }
      if (network != null && Boolean.TRUE.equals(network.spec().ingress())) {
        return attachment;
      }
      first = first == null ? attachment : first;
    }
    return first;
  }

  /** The node's address for a container on its node's network. */
  private static @Nullable String hostAddress(Task task, Node node) {
    boolean onHost =
        task.networksAttachments().stream()
            .anyMatch(a -> a.network() != null && a.network().name().equals("host"));
    return onHost ? node.status().addr() : null;
  }

  /** An address without its prefix length. */
  private static String plain(String address) {
    int slash = address.indexOf('/');
    return slash < 0 ? address : address.substring(0, slash);
  }
}
