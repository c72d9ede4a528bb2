package dev.skep.scheduler.place;

import dev.skep.store.model.Node;
import dev.skep.store.model.Resources.GenericResource;
import dev.skep.store.model.Resources.Reservations;
import dev.skep.store.model.ServiceSpec.PortConfig;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node and what its tasks take of it. Only {@link Fleet} changes it. */
final class NodeLoad {
  /** A service that failed this often on a node is placed there last. */
  static final int MAX_FAILURES = 5;

  /** How long a failure counts. */
  static final Duration FAILURES_COUNT_FOR = Duration.ofMinutes(5);

  /** A port on the node itself. */
  private record HostPort(String protocol, int port) {}

  private final String id;
  private @Nullable Node node;
  private int tasks;
  private long nanoCpus;
  private long memoryBytes;
  private final Map<String, Integer> tasksByService = new HashMap<>();
  private final Map<HostPort, Integer> hostPorts = new HashMap<>();
  private final Map<String, Long> generic = new HashMap<>();
  private final Map<String, Deque<Instant>> failures = new HashMap<>();

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

  boolean empty() {
    return tasks == 0 && nanoCpus == 0 && memoryBytes == 0 && hostPorts.isEmpty();
  }

  /** Whether a task holds something of its node: from its assignment until it has ended. */
  static boolean occupies(Task task) {
    return task.occupiesNode() && !TaskState.ASSIGNED.after(task.state());
  }

  /** Whether a task counts when tasks are spread. */
  static boolean counts(Task task) {
    return occupies(task) && !task.desiredState().after(TaskState.COMPLETE);
  }

  void add(Task task) {
    change(task, 1);
  }

  void remove(Task task) {
    change(task, -1);
  }

  private void change(Task task, int sign) {
    if (!occupies(task)) {
      return;
    }
    Reservations reserved = task.spec().reservations();
    nanoCpus += sign * reserved.nanoCpusOrZero();
    memoryBytes += sign * reserved.memoryBytesOrZero();
    for (GenericResource resource : reserved.genericResources()) {
      if (resource.discreteResourceSpec() != null) {
        String kind = String.valueOf(resource.discreteResourceSpec().kind());
        Long value = resource.discreteResourceSpec().value();
        generic.merge(kind, sign * (value == null ? 0 : value), Long::sum);
      }
    }
    for (PortConfig port : hostPorts(task)) {
      HostPort key = new HostPort(port.protocolOrTcp(), port.publishedPortOrZero());
      hostPorts.merge(key, sign, Integer::sum);
      hostPorts.remove(key, 0);
    }
    if (counts(task)) {
      tasks += sign;
      tasksByService.merge(task.serviceId(), sign, Integer::sum);
      tasksByService.remove(task.serviceId(), 0);
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
    return hostPorts.containsKey(new HostPort(port.protocolOrTcp(), port.publishedPortOrZero()));
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
    return wanted.genericResources().stream().allMatch(resource -> hasFree(has, resource));
  }

  private boolean hasFree(Reservations has, GenericResource wanted) {
    if (wanted.discreteResourceSpec() == null) {
      return false;
    }
    String kind = String.valueOf(wanted.discreteResourceSpec().kind());
    long total = 0;
    for (GenericResource resource : has.genericResources()) {
      if (resource.discreteResourceSpec() != null
          && kind.equals(resource.discreteResourceSpec().kind())) {
        Long value = resource.discreteResourceSpec().value();
        total += value == null ? 0 : value;
      }
    }
    Long value = wanted.discreteResourceSpec().value();
    return total - generic.getOrDefault(kind, 0L) >= (value == null ? 0 : value);
  }

  void failed(String serviceId, Instant at) {
    Deque<Instant> recent = failures.computeIfAbsent(serviceId, id -> new ArrayDeque<>());
    recent.addLast(at);
    if (recent.size() > MAX_FAILURES) {
      recent.removeFirst();
    }
  }

  /** Whether the service failed here so often lately that another node should be tried first. */
  boolean failing(String serviceId, Instant now) {
    if (failures.isEmpty()) {
      return false;
    }
    Deque<Instant> recent = failures.get(serviceId);
    if (recent == null) {
      return false;
    }
    while (!recent.isEmpty() && recent.getFirst().plus(FAILURES_COUNT_FOR).isBefore(now)) {
      recent.removeFirst();
    }
    if (recent.isEmpty()) {
      failures.remove(serviceId);
    }
    return recent.size() >= MAX_FAILURES;
  }

  /** What must be equal in two loads of the same node. */
  String facts() {
    return "%s node=%s tasks=%d cpus=%d memory=%d services=%s ports=%s"
        .formatted(
            id,
            node == null ? "none" : node.version(),
            tasks,
            nanoCpus,
            memoryBytes,
            new java.util.TreeMap<>(tasksByService),
            new java.util.TreeMap<>(
                hostPorts.entrySet().stream()
                    .collect(
                        java.util.stream.Collectors.toMap(
                            e -> e.getKey().toString(), Map.Entry::getValue))));
  }
}
