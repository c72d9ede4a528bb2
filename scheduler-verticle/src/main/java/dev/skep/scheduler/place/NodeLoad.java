package dev.skep.scheduler.place;

import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A node and what its tasks take of it. Only {@link Fleet} changes it. */
final class NodeLoad {
  /** A port on the node itself. */
  private record HostPort(String protocol, int port) {}

  /**
   * What nodes are sorted by, as it was when they were sorted last.
   *
   * @param tasks that are meant to stay
   * @param freeMemoryBytes neither used nor set aside
   * @param freeNanoCpus neither used nor set aside
   */
  record Rank(int tasks, long freeMemoryBytes, long freeNanoCpus) {}

  private final String id;
  private @Nullable Node node;
  private int tasks;
  private long nanoCpus;
  private long memoryBytes;
  private Rank rank = new Rank(0, 0, 0);
  private boolean sorted = true;
  private final Map<String, Integer> tasksByService = new HashMap<>();
  private final Map<HostPort, Integer> hostPorts = new HashMap<>();
  private final Claims claims = new Claims();
  private final Failures failures = new Failures();

  NodeLoad(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /** The node; absent when it was removed and its tasks are not gone yet. */
  @Nullable Node node() {
    return node;
  }

  void node(@Nullable Node next) {
    node = next;
  }

  /** Tasks that are meant to stay. */
  int tasks() {
    return tasks;
  }

  int tasksOf(String serviceId) {
    return tasksByService.getOrDefault(serviceId, 0);
  }

  /** Whether a task of one of the services is meant to stay here. */
  boolean hasAny(Set<String> services) {
    if (services.size() <= tasksByService.size()) {
      return services.stream().anyMatch(tasksByService::containsKey);
    }
    return tasksByService.keySet().stream().anyMatch(services::contains);
  }

  boolean empty() {
    return tasks == 0
        && nanoCpus == 0
        && memoryBytes == 0
        && hostPorts.isEmpty()
        && claims.isEmpty();
  }

  Rank rank() {
    return rank;
  }

  /** Takes the present load as the one to sort by; no set that is sorted by it may hold this. */
  void rerank() {
    Reservations has = node == null ? Reservations.NONE : node.description().resources();
    rank = new Rank(tasks, has.memoryBytesOrZero() - memoryBytes, has.nanoCpusOrZero() - nanoCpus);
  }

  /** Notes whether this is sorted by its present load; returns whether it was before. */
  boolean sorted(boolean now) {
    boolean before = sorted;
    sorted = now;
    return before;
  }

  /** Whether a task holds something of its node: from its assignment until it has ended. */
  static boolean occupies(Task task) {
    return task.occupiesNode() && !TaskState.ASSIGNED.after(task.state());
  }

  /** Whether a task counts when tasks are spread. */
  static boolean counts(Task task) {
    return occupies(task) && !task.desiredState().after(TaskState.COMPLETE);
  }

  /** Whether two versions of a task take the same of the same node, as most reports leave them. */
  static boolean weighTheSame(Task a, Task b) {
    return a.nodeId().equals(b.nodeId())
        && occupies(a) == occupies(b)
        && counts(a) == counts(b)
        && a.serviceId().equals(b.serviceId())
        && a.spec().equals(b.spec())
        && Objects.equals(a.endpoint(), b.endpoint())
        && a.assignedGenericResources().equals(b.assignedGenericResources());
  }

  /** Returns whether it is the first of its service here that counts. */
  boolean add(Task task) {
    take(task, 1);
    claims.add(task);
    if (!counts(task)) {
      return false;
    }
    tasks++;
    return tasksByService.merge(task.serviceId(), 1, Integer::sum) == 1;
  }

  /** Returns whether it was the last of its service here that counted. */
  boolean remove(Task task) {
    take(task, -1);
    claims.remove(task);
    if (!counts(task)) {
      return false;
    }
    tasks--;
    return tasksByService.merge(task.serviceId(), -1, NodeLoad::sumOrNone) == null;
  }

  // What comes to nothing leaves the map.
  private static @Nullable Integer sumOrNone(Integer a, Integer b) {
    return a + b == 0 ? null : Integer.valueOf(a + b);
  }

  private void take(Task task, int sign) {
    Reservations reserved = task.spec().reservations();
    nanoCpus += sign * reserved.nanoCpusOrZero();
    memoryBytes += sign * reserved.memoryBytesOrZero();
    for (PortConfig port : hostPorts(task)) {
      HostPort key = new HostPort(port.protocolOrTcp(), port.publishedPortOrZero());
      hostPorts.merge(key, sign, NodeLoad::sumOrNone);
    }
  }

  /** The fixed ports that a task takes on its node. */
  static List<PortConfig> hostPorts(Task task) {
    if (task.endpoint() == null || task.endpoint().ports().isEmpty()) {
      return List.of();
    }
    return task.endpoint().ports().stream()
        .filter(port -> !port.ingress() && port.publishedPortOrZero() != 0)
        .toList();
  }

  boolean hostPortTaken(PortConfig port) {
    return !hostPorts.isEmpty()
        && hostPorts.containsKey(new HostPort(port.protocolOrTcp(), port.publishedPortOrZero()));
  }

  boolean hasFree(Reservations wanted) {
    if (node == null) {
      return false;
    }
    Reservations has = node.description().resources();
    if (wanted.nanoCpusOrZero() > 0 && has.nanoCpusOrZero() - nanoCpus < wanted.nanoCpusOrZero()) {
      return false;
    }
    if (wanted.memoryBytesOrZero() > 0
        && has.memoryBytesOrZero() - memoryBytes < wanted.memoryBytesOrZero()) {
      return false;
    }
    return wanted.genericResources().isEmpty() || claims.leave(has, wanted.genericResources());
  }

  /** The generic resources that a task gets here; call it where {@link #hasFree} holds. */
  List<GenericResource> choose(Reservations wanted) {
    return node == null || wanted.genericResources().isEmpty()
        ? List.of()
        : claims.choose(node.description().resources(), wanted.genericResources());
  }

  void failed(Task task, Instant at) {
    failures.add(task, at);
  }

  /** Whether tasks like this one failed here so often lately that other nodes come first. */
  boolean failing(Task task, Instant now) {
    return failures.many(task, now);
  }

  /** What must be equal in two loads of the same node. */
  String facts() {
    return "%s node=%s tasks=%d cpus=%d memory=%d generic=%s services=%s ports=%s"
        .formatted(
            id,
            node == null ? "none" : node.version(),
            tasks,
            nanoCpus,
            memoryBytes,
            claims,
            new TreeMap<>(tasksByService),
            hostPorts.keySet().stream().map(HostPort::toString).sorted().toList());
  }
}
