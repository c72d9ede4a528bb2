package dev.skep.scheduler.place;

import dev.skep.scheduler.place.Requirements.Shape;
import dev.skep.store.constraint.Constraint;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All nodes with what their tasks take of them, kept along with the commits so that a placement
 * need not count. It can always be made again from a snapshot; only the memory of recent failures
 * is lost then. Not thread-safe.
 */
public final class Fleet {
  /**
   * Shapes whose candidates are kept: each that a node fits costs a little when its load changes. A
   * shape that is not kept is sorted anew, at the cost of a look at every node.
   */
  static final int MAX_SHAPES = 64;

  /** Places in the candidates of all shapes, some 80 bytes each. */
  private static final int MAX_PLACES = 2_000_000;

  private final Map<String, NodeLoad> loads = new HashMap<>();
  private final Map<String, Set<NodeLoad>> byService = new HashMap<>();
  private final Map<String, String> networkDrivers = new HashMap<>();
  private final Services services = new Services();

  /** Loads that changed since they were sorted, each once. */
  private final List<NodeLoad> changed = new ArrayList<>();

  private final Map<Shape, Candidates> candidates =
      new LinkedHashMap<>(MAX_SHAPES, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Shape, Candidates> eldest) {
          return size() > MAX_SHAPES || (size() > 1 && size() * loads.size() > MAX_PLACES);
        }
      };

  private Fleet() {}

  public static Fleet of(ClusterState state) {
    Fleet fleet = new Fleet();
    state.nodes().forEach(fleet::put);
    state.networks().forEach(fleet::put);
    state.services().forEach(fleet.services::put);
    state.tasks().forEach(task -> fleet.swap(null, task));
    return fleet;
  }

  /**
   * Follows a commit.
   *
   * @param planned whether its tasks are here already, because this fleet's own plan put them
   */
  public void apply(Commit commit, boolean planned) {
    for (Change change : commit.changes()) {
      boolean deleted = change instanceof Change.Deleted;
      switch (change.object()) {
        case Node node when deleted -> remove(node.id());
        case Node node -> put(node);
        case Network network when deleted -> networkDrivers.remove(network.id());
        case Network network -> put(network);
        case Service service when deleted -> services.remove(service);
        case Service service -> services.put(service);
        case Task task when planned -> {}
        case Task task when deleted -> swap(task, null);
        case Task task -> {
          Task before = change instanceof Change.Updated updated ? (Task) updated.before() : null;
          change(before, task, commit.at());
        }
        default -> {}
      }
    }
  }

  /** A task became another; remembers it when it failed. */
  public void change(@Nullable Task before, @Nullable Task after, Instant at) {
    swap(before, after);
    if (before != null && after != null && failed(after) && !failed(before)) {
      NodeLoad load = loads.get(after.nodeId());
      if (load != null) {
        load.failed(after, at);
      }
    }
  }

  private static boolean failed(Task task) {
    return task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED;
  }

  /** Takes {@code before} off its node and puts {@code after} on its own. */
  public void swap(@Nullable Task before, @Nullable Task after) {
    if (before != null && after != null && NodeLoad.weighTheSame(before, after)) {
      return;
    }
    if (before != null && NodeLoad.occupies(before)) {
      NodeLoad load = touched(before.nodeId());
      if (load.remove(before)) {
        gone(load, before.serviceId());
      }
      forgetEmpty(load);
    }
    if (after != null && NodeLoad.occupies(after)) {
      NodeLoad load = touched(after.nodeId());
      if (load.add(after)) {
        byService.computeIfAbsent(after.serviceId(), id -> new HashSet<>()).add(load);
      }
    }
  }

  private NodeLoad touched(String nodeId) {
    NodeLoad load = loads.computeIfAbsent(nodeId, NodeLoad::new);
    if (load.sorted(false)) {
      changed.add(load);
    }
    return load;
  }

  private void gone(NodeLoad load, String serviceId) {
    Set<NodeLoad> with = byService.get(serviceId);
    if (with != null) {
      with.remove(load);
      if (with.isEmpty()) {
        byService.remove(serviceId);
      }
    }
  }

  public void put(Node node) {
    NodeLoad load = loads.computeIfAbsent(node.id(), NodeLoad::new);
    become(load, node);
  }

  private void remove(String nodeId) {
    NodeLoad load = loads.get(nodeId);
    if (load != null) {
      become(load, null);
      forgetEmpty(load);
    }
  }

  /** Another node may fit other shapes. */
  private void become(NodeLoad load, @Nullable Node node) {
    candidates.values().forEach(shape -> shape.remove(load));
    load.node(node);
    load.rerank();
    candidates.values().forEach(shape -> shape.add(load));
  }

  private void forgetEmpty(NodeLoad load) {
    if (load.node() == null && load.empty()) {
      loads.remove(load.id());
    }
  }

  private void put(Network network) {
    String driver = network.driverState() == null ? null : network.driverState().name();
    if (driver == null && network.spec().driverConfiguration() != null) {
      driver = network.spec().driverConfiguration().name();
    }
    networkDrivers.put(network.id(), driver == null ? "" : driver);
  }

  /** Empty when the network is not known or names none. */
  String networkDriver(String networkId) {
    return networkDrivers.getOrDefault(networkId, "");
  }

  @Nullable NodeLoad load(String nodeId) {
    return loads.get(nodeId);
  }

  Collection<NodeLoad> loads() {
    return Collections.unmodifiableCollection(loads.values());
  }

  /** The nodes that have tasks of the service that are meant to stay, in no order. */
  Collection<NodeLoad> withTasksOf(String serviceId) {
    Set<NodeLoad> with = byService.get(serviceId);
    return with == null ? List.of() : Collections.unmodifiableCollection(with);
  }

  /** What constraints ask of the tasks beside those of a service. */
  Neighbours neighbours(String serviceId, List<Constraint> constraints) {
    return new Neighbours(
        this, serviceId, services.beside(constraints), services.apart(serviceId, constraints));
  }

  /**
   * The nodes that fit the shape, sorted by what they carry now. The order holds until the next
   * call: choices made meanwhile do not move what they walk over.
   */
  Candidates candidates(Shape shape) {
    if (!changed.isEmpty()) {
      sortChanged();
    }
    return candidates.computeIfAbsent(
        shape,
        s -> {
          Candidates made = new Candidates(s);
          loads.values().forEach(made::add);
          return made;
        });
  }

  private void sortChanged() {
    for (NodeLoad load : changed) {
      candidates.values().forEach(shape -> shape.detach(load));
      load.rerank();
      load.sorted(true);
      candidates.values().forEach(shape -> shape.attach(load));
    }
    changed.clear();
  }

  /** Everything but the memory of failures, as text: two equal fleets have equal facts. */
  public String facts() {
    StringBuilder facts = new StringBuilder();
    new TreeMap<>(loads).values().forEach(load -> facts.append(load.facts()).append('\n'));
    return facts.toString();
  }
}
