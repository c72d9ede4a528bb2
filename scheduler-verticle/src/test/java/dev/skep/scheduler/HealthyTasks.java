package dev.skep.scheduler;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.TaskFreshness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A healthy task that already fits its service's spec is never ended: only when its node cannot
 * keep it, when there are more than asked for, or when another such task of its slot stays. And one
 * that served before a start-first update is kept while the update may still have to go back to it.
 */
final class HealthyTasks {
  private final Duration staleness;

  /** When the spec of each service became what it is. */
  private final Map<String, Instant> specSince = new HashMap<>();

  /**
   * @param staleness how much older than its commit the snapshot of a decision may be
   */
  HealthyTasks(Duration staleness) {
    this.staleness = staleness;
  }

  List<String> afterCommit(Commit commit) {
    for (Change change : commit.changes()) {
      if (change.object() instanceof Service service
          && service.version().specSince() == commit.index()) {
        specSince.put(service.id(), commit.at());
      }
    }
    List<String> wrong = new ArrayList<>();
    for (Change change : commit.changes()) {
      if (change instanceof Change.Updated(Task before, Task after) && isEnded(before, after)) {
        check(commit, before, wrong);
      }
    }
    return wrong;
  }

  private static boolean isEnded(Task before, Task after) {
    return before.state() == TaskState.RUNNING
        && after.state() == TaskState.RUNNING
        && before.desiredState() == TaskState.RUNNING
        && after.desiredState().after(TaskState.COMPLETE);
  }

  private void check(Commit commit, Task task, List<String> wrong) {
    ClusterState state = commit.state();
    Service service = state.service(task.serviceId()).orElse(null);
    Instant known = commit.at().minus(staleness);
    if (service == null
        || service.jobStatus() != null
        || specSince.getOrDefault(service.id(), Instant.MIN).isAfter(known)) {
      return;
    }
    Node node = state.node(task.nodeId()).orElse(null);
    if (node == null || node.updatedAt().isAfter(known) || !keeps(node, service)) {
      return;
    }
    List<Task> left =
        state.tasksOfService(service.id()).stream()
            .filter(t -> !t.desiredState().after(TaskState.COMPLETE))
            .toList();
    TaskFreshness freshness = TaskFreshness.of(service);
    Task other =
        left.stream()
            .filter(t -> t.slotKey().equals(task.slotKey()) && t.state() == TaskState.RUNNING)
            .filter(t -> freshness.upToDate(t, state))
            .findAny()
            .orElse(null);
    if (freshness.upToDate(task, state)) {
      Mode mode = service.spec().mode();
      Long replicas =
          mode == null || mode.replicated() == null ? null : mode.replicated().replicas();
      Set<String> slots = left.stream().map(Task::slotKey).collect(Collectors.toSet());
      boolean surplus =
          replicas != null && slots.size() >= replicas && !slots.contains(task.slotKey());
      if (other == null && !surplus) {
        wrong.add("task " + task.id() + " of " + service.name() + " was ended, but runs well");
      }
    } else if (other != null
        && mayGoBack(service)
        && watchedUntil(other, service).isAfter(commit.at())) {
      wrong.add(
          "task "
              + task.id()
              + " of "
              + service.name()
              + " was ended while "
              + other.id()
              + " was on trial");
    }
  }

  private static boolean keeps(Node node, Service service) {
    Placement placement = service.spec().taskTemplate().placement();
    return node.status().state().equals(NodeStatus.READY)
        && !node.spec().availability().equals(NodeSpec.DRAIN)
        && (placement == null
            || Constraint.allHold(Constraint.parse(placement.constraints()), node));
  }

  private static boolean mayGoBack(Service service) {
    UpdateStatus status = service.updateStatus();
    UpdateConfig config = service.spec().updateConfig();
    return status != null
        && status.state().equals("updating")
        && service.previousSpec() != null
        && config != null
        && "start-first".equals(config.order())
        && "rollback".equals(config.failureAction());
  }

  private static Instant watchedUntil(Task task, Service service) {
    UpdateConfig config = service.spec().updateConfig();
    Instant since = task.runningSince();
    Long monitor = config == null ? null : config.monitor();
    return (since == null ? task.updatedAt() : since)
        .plusNanos(monitor == null ? 5_000_000_000L : monitor);
  }
}
