package dev.skep.scheduler.leader;

import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which services the next pass has to look at, and when to look again: so that a pass costs what
 * changed, not what there is. A new leader's queue holds everything. Not thread-safe.
 */
final class ReconcileQueue {
  private final SortedSet<String> dirty = new TreeSet<>();

  /**
   * Services with tasks that no node could take, or for which there was no port or address; looked
   * at again when something may be free.
   */
  private final Set<String> waiting = new TreeSet<>();

  /** Services with a task for every node. */
  private final Set<String> perNode = new TreeSet<>();

  private final TreeMap<Instant, Set<String>> byTime = new TreeMap<>();
  private final Map<String, Instant> wakes = new HashMap<>();

  ReconcileQueue(ClusterState state) {
    for (Service service : state.services()) {
      dirty.add(service.id());
      note(service);
    }
    dirty.addAll(state.servicesWithTasks());
  }

  /**
   * Takes in a commit.
   *
   * @param settled services that need no look: a decision knew what the commit holds, and found
   *     nothing to be done
   */
  void observe(Commit commit, Set<String> settled) {
    for (Change change : commit.changes()) {
      SwarmObject before = change instanceof Change.Updated updated ? updated.before() : null;
      boolean deleted = change instanceof Change.Deleted;
      switch (change.object()) {
        case Task task -> {
          if (!settled.contains(task.serviceId())) {
            dirty.add(task.serviceId());
          }
          observe((Task) before, task, deleted);
        }
        case Service service -> {
          observe(service, deleted);
          if (deleted || released((Service) before, service)) {
            roomMade();
          }
        }
        case Network _ when deleted -> roomMade();
        case Node node -> observe((Node) before, node, deleted, commit.state());
        case Cluster cluster -> observe((Cluster) before, cluster, commit.state());
        default -> {}
      }
    }
  }

  private void observe(@Nullable Task before, Task task, boolean deleted) {
    boolean held = before != null ? holds(before) : deleted && holds(task);
    if (held && (deleted || !holds(task) || leaves(before, task))) {
      roomMade();
    }
  }

  /** Whether the task takes room on a node, or addresses on networks. */
  private static boolean holds(Task task) {
    return task.occupiesNode() || (!task.state().ended() && !task.networksAttachments().isEmpty());
  }

  /** Whether the service may have given back ports or addresses. */
  private static boolean released(@Nullable Service before, Service after) {
    return before != null
        && before.endpoint() != null
        && !before.endpoint().equals(after.endpoint());
  }

  private static boolean leaves(@Nullable Task before, Task task) {
    return before != null
        && task.desiredState().after(TaskState.COMPLETE)
        && !before.desiredState().after(TaskState.COMPLETE);
  }

  private void observe(Service service, boolean deleted) {
    dirty.add(service.id());
    if (deleted) {
      perNode.remove(service.id());
      waiting.remove(service.id());
    } else {
      note(service);
    }
  }

  private void note(Service service) {
    ServiceSpec.Mode mode = service.spec().mode();
    if (mode != null && (mode.global() != null || mode.globalJob() != null)) {
      perNode.add(service.id());
    }
  }

  private void observe(@Nullable Node before, Node node, boolean deleted, ClusterState state) {
    boolean same =
        !deleted
            && before != null
            && before.status().state().equals(node.status().state())
            && before.spec().equals(node.spec())
            && before.description().equals(node.description());
    if (before != null && !node.gateways().containsAll(before.gateways())) {
      roomMade();
    }
    if (same) {
      return;
    }
    state.tasksOfNode(node.id()).forEach(task -> dirty.add(task.serviceId()));
    dirty.addAll(perNode);
    roomMade();
  }

  private void observe(@Nullable Cluster before, Cluster cluster, ClusterState state) {
    if (before == null || before.taskHistoryLimit() != cluster.taskHistoryLimit()) {
      state.services().forEach(service -> dirty.add(service.id()));
    }
  }

  private void roomMade() {
    dirty.addAll(waiting);
  }

  /** Takes the services to look at now, in the order of their ids. */
  SortedSet<String> take(Instant now) {
    while (!byTime.isEmpty() && !byTime.firstKey().isAfter(now)) {
      for (String service : byTime.pollFirstEntry().getValue()) {
        wakes.remove(service);
        dirty.add(service);
      }
    }
    SortedSet<String> taken = new TreeSet<>(dirty);
    dirty.clear();
    return taken;
  }

  /** Puts services back that could not be dealt with. */
  void again(Collection<String> services) {
    dirty.addAll(services);
  }

  /** Notes what a plan asks for; {@code looked} are the services that it was about. */
  void planned(Plan plan, Set<String> looked) {
    for (String service : looked) {
      waiting.remove(service);
      forgetWake(service);
    }
    waiting.addAll(plan.waiting());
    plan.wakes()
        .forEach((service, at) -> {
          forgetWake(service);
          wakes.put(service, at);
          byTime.computeIfAbsent(at, time -> new TreeSet<>()).add(service);
        });
    dirty.addAll(plan.unfinished());
  }

  /** The service is to be looked at again then. */
  void later(String service, Instant at) {
    forgetWake(service);
    wakes.put(service, at);
    byTime.computeIfAbsent(at, time -> new TreeSet<>()).add(service);
  }

  private void forgetWake(String service) {
    Instant at = wakes.remove(service);
    if (at != null) {
      Set<String> then = byTime.get(at);
      if (then != null && then.remove(service) && then.isEmpty()) {
        byTime.remove(at);
      }
    }
  }

  boolean empty() {
    return dirty.isEmpty();
  }

  Optional<Instant> nextWake() {
    return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.firstKey());
  }
}
