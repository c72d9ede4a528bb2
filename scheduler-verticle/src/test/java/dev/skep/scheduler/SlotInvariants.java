package dev.skep.scheduler;

import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of the tasks of one slot, and of the ports of all services, after every commit.
 */
final class SlotInvariants {
  /** As long as a replacement may be held up by a task that does not stop, beyond its grace. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration GRACE = Duration.ofSeconds(10);

  /** A slot holds the task that leaves and the one that comes, never a third. */
  private static final int START_FIRST = 2;

  /** A service that stops first from now on may still hold what it started first. */
  private static final Duration AFTERMATH = Duration.ofSeconds(10);

  private final Duration staleness;

  /** Until when each service may hold two tasks in a slot. */
  private final Map<String, Instant> startsFirstUntil = new HashMap<>();

  /**
   * @param staleness how much older than its commit the snapshot of a decision may be
   */
  SlotInvariants(Duration staleness) {
    this.staleness = staleness;
  }

  List<String> afterCommit(Commit commit) {
    List<String> wrong = new ArrayList<>();
    Set<String> services = new HashSet<>();
    for (Change change : commit.changes()) {
      switch (change.object()) {
        case Task task -> {
          services.add(task.serviceId());
          Task before = change instanceof Change.Updated(Task was, Task _) ? was : null;
          if (!(change instanceof Change.Deleted) && released(before, task)) {
            alone(commit, task, wrong);
          }
        }
        case Service service when !(change instanceof Change.Deleted) -> {
          portsOnce(commit.state(), wrong);
          if (startsFirst(service)
              || (change instanceof Change.Updated(Service was, Service _) && startsFirst(was))) {
            startsFirstUntil.put(service.id(), Instant.MAX);
          } else if (Instant.MAX.equals(startsFirstUntil.get(service.id()))) {
            startsFirstUntil.put(service.id(), commit.at().plus(AFTERMATH));
          }
        }
        default -> {}
      }
    }
    services.forEach(id -> roomInSlots(commit, id, wrong));
    return wrong;
  }

  /** Whether the task is from now on free to run. */
  private static boolean released(@Nullable Task before, Task after) {
    return mayStart(after) && (before == null || !mayStart(before));
  }

  private static boolean mayStart(Task task) {
    return task.desiredState() == TaskState.RUNNING || task.desiredState() == TaskState.COMPLETE;
  }

  /** A task is let go only where no other of its slot may still run, or has done the work. */
  private void alone(Commit commit, Task task, List<String> wrong) {
    ClusterState state = commit.state();
    Service service = state.service(task.serviceId()).orElse(null);
    if (service == null || startsFirst(service, commit.at())) {
      return;
    }
    String slot = slotOf(service, task);
    Instant known = commit.at().minus(staleness);
    for (Task other : state.tasksOfService(service.id())) {
      if (other.id().equals(task.id())
          || !slotOf(service, other).equals(slot)
          || !Objects.equals(other.jobIteration(), task.jobIteration())) {
        continue;
      }
      if (task.jobIteration() != null
          && other.state() == TaskState.COMPLETE
          && !other.updatedAt().isAfter(known)) {
        wrong.add(service.name() + "." + slot + " is run again after " + other.id() + " completed");
      }
      Instant patience = task.createdAt().plus(grace(other)).plus(PATIENCE);
      if (other.desiredState().after(TaskState.COMPLETE)
          && other.occupiesNode()
          && reachable(state, other.nodeId(), known)
          && patience.isAfter(commit.at())) {
        wrong.add(service.name() + "." + slot + " starts anew while " + other.id() + " may run");
      }
    }
  }

  private static boolean reachable(ClusterState state, String nodeId, Instant since) {
    Node node = state.node(nodeId).orElse(null);
    return node != null
        && !node.status().state().equals(NodeStatus.DOWN)
        && !node.updatedAt().isAfter(since);
  }

  private static Duration grace(Task task) {
    ContainerSpec container = task.spec().containerSpec();
    return container == null || container.stopGracePeriod() == null
        ? GRACE
        : Duration.ofNanos(container.stopGracePeriod());
  }

  private void roomInSlots(Commit commit, String serviceId, List<String> wrong) {
    ClusterState state = commit.state();
    Service service = state.service(serviceId).orElse(null);
    if (service == null) {
      return;
    }
    int most = startsFirst(service, commit.at()) ? START_FIRST : 1;
    Map<String, Integer> wanted = new HashMap<>();
    for (Task task : state.tasksOfService(serviceId)) {
      boolean ended = task.state().ended();
      if (!task.desiredState().after(TaskState.COMPLETE) && (most == 1 || !ended)) {
        String slot = slotOf(service, task);
        if (wanted.merge(slot, 1, Integer::sum) > most) {
          wrong.add(
              "slot %s of %s has %d tasks that are wanted, at most %d"
                  .formatted(slot, service.name(), wanted.get(slot), most));
        }
      }
    }
  }

  private static void portsOnce(ClusterState state, List<String> wrong) {
    Map<String, String> holders = new HashMap<>();
    for (Service other : state.services()) {
      List<PortConfig> ports = other.endpoint() == null ? List.of() : other.endpoint().ports();
      for (PortConfig port : ports) {
        String key = port.publishedPortOrZero() + "/" + port.protocolOrTcp();
        if (port.ingress() && port.publishedPortOrZero() != 0) {
          String holder = holders.put(key, other.name());
          if (holder != null) {
            wrong.add(key + " is given to " + holder + " and " + other.name());
          }
        }
      }
    }
  }

  // ------------------------------------------------------------------

  private static String slotOf(Service service, Task task) {
    ServiceSpec.Mode mode = service.spec().mode();
    boolean perNode = mode != null && (mode.global() != null || mode.globalJob() != null);
    return perNode ? task.nodeId() : Integer.toString(task.slot());
  }

  private boolean startsFirst(Service service, Instant at) {
    return startsFirst(service)
        || startsFirstUntil.getOrDefault(service.id(), Instant.MIN).isAfter(at);
  }

  private static boolean startsFirst(Service service) {
    ServiceSpec previous = service.previousSpec();
    return startsFirst(service.spec()) || (previous != null && startsFirst(previous));
  }

  private static boolean startsFirst(ServiceSpec spec) {
    return startsFirst(spec.updateConfig()) || startsFirst(spec.rollbackConfig());
  }

  private static boolean startsFirst(@Nullable UpdateConfig config) {
    return config != null && "start-first".equals(config.order());
  }
}
