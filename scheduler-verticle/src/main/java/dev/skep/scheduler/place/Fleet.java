package dev.skep.scheduler.place;

import dev.skep.store.Change;
import dev.skep.store.ClusterState;
import dev.skep.store.Commit;
import dev.skep.store.model.Node;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All nodes with what their tasks take of them, kept along with the commits so that a placement
 * need not count. It can always be made again from a snapshot; only the memory of recent failures
 * is lost then. Not thread-safe.
 */
public final class Fleet {
  /** Least loaded first; the id decides between equals, so that the same state gives one choice. */
  private static final Comparator<NodeLoad> BY_LOAD =
      Comparator.comparingInt(NodeLoad::tasks).thenComparing(NodeLoad::id);

  private final Map<String, NodeLoad> loads = new HashMap<>();
  private final TreeSet<NodeLoad> byLoad = new TreeSet<>(BY_LOAD);
  private final Map<String, Set<NodeLoad>> byService = new HashMap<>();

  private Fleet() {}

  public static Fleet of(ClusterState state) {
    Fleet fleet = new Fleet();
    state.nodes().forEach(fleet::put);
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
      SwarmObject object = change.object();
      if (object instanceof Node node) {
        if (deleted) {
          remove(node.id());
        } else {
          put(node);
        }
      } else if (object instanceof Task task && !planned) {
        if (deleted) {
          swap(task, null);
        } else {
          Task before = change instanceof Change.Updated updated ? (Task) updated.before() : null;
          change(before, task, commit.at());
        }
      }
    }
  }

  /** A task became another; remembers it when it failed. */
  public void change(@Nullable Task before, @Nullable Task after, Instant at) {
    swap(before, after);
    if (before != null && after != null && failed(after) && !failed(before)) {
      NodeLoad load = loads.get(after.nodeId());
      if (load != null) {
        load.failed(after.serviceId(), at);
      }
    }
  }

  private static boolean failed(Task task) {
    return task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED;
  }

  /** Takes {@code before} off its node and puts {@code after} on its own. */
  public void swap(@Nullable Task before, @Nullable Task after) {
    if (before != null && NodeLoad.occupies(before)) {
      with(before.nodeId(), load -> load.remove(before), before.serviceId());
    }
    if (after != null && NodeLoad.occupies(after)) {
      with(after.nodeId(), load -> load.add(after), after.serviceId());
    }
  }

  public void put(Node node) {
    with(node.id(), load -> load.node(node), "");
  }

  private void remove(String nodeId) {
    with(nodeId, load -> load.node(null), "");
  }

  private void with(String nodeId, java.util.function.Consumer<NodeLoad> change, String serviceId) {
    NodeLoad load = loads.computeIfAbsent(nodeId, NodeLoad::new);
    byLoad.remove(load);
    change.accept(load);
    if (load.node() == null && load.empty()) {
      loads.remove(nodeId);
    } else if (load.node() != null) {
      byLoad.add(load);
    }
    if (!serviceId.isEmpty()) {
      index(load, serviceId);
    }
  }

  private void index(NodeLoad load, String serviceId) {
    if (load.tasksOf(serviceId) > 0) {
      byService
          .computeIfAbsent(serviceId, id -> new TreeSet<>(Comparator.comparing(NodeLoad::id)))
          .add(load);
      return;
    }
    Set<NodeLoad> with = byService.get(serviceId);
    if (with != null) {
      with.remove(load);
      if (with.isEmpty()) {
        byService.remove(serviceId);
      }
    }
  }

  @Nullable NodeLoad load(String nodeId) {
    return loads.get(nodeId);
  }

  /** All nodes, the least loaded first. */
  Collection<NodeLoad> byLoad() {
    return Collections.unmodifiableCollection(byLoad);
  }

  /** The nodes that have tasks of the service, in the order of their ids. */
  Collection<NodeLoad> withTasksOf(String serviceId) {
    Set<NodeLoad> with = byService.get(serviceId);
    return with == null ? List.of() : Collections.unmodifiableCollection(with);
  }

  /** Everything but the memory of failures, as text: two equal fleets have equal facts. */
  public String facts() {
    StringBuilder facts = new StringBuilder();
    new TreeMap<>(loads).values().forEach(load -> facts.append(load.facts()).append('\n'));
    return facts.toString();
  }
}
