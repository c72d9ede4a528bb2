package dev.skep.scheduler;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskState.Owner;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.TaskFreshness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a cluster: after every commit, and once it has come to rest. Each check returns
 * what is wrong, in words; nothing when all is well.
 */
public final class Invariants {
  /** How much older than its commit the snapshot of a decision may be. */
  private final Duration staleness;

  private final SlotInvariants slots;
  private final HealthyTasks healthy;
  private final AddressInvariants addresses = new AddressInvariants();

  public Invariants(Duration staleness) {
    this.staleness = staleness;
    this.slots = new SlotInvariants(staleness);
    this.healthy = new HealthyTasks(staleness);
  }

  // ------------------------------------------------------------------ after every commit

  /** What is wrong with a commit. */
  public List<String> afterCommit(Commit commit) {
    List<String> wrong = new ArrayList<>(slots.afterCommit(commit));
    wrong.addAll(healthy.afterCommit(commit));
    wrong.addAll(addresses.afterCommit(commit));
    Set<String> nodes = new HashSet<>();
    for (Change change : commit.changes()) {
      if (change.object() instanceof Task task) {
        nodes.add(task.nodeId());
        if (change instanceof Change.Updated updated) {
          forward((Task) updated.before(), task, wrong);
        }
        Task before = change instanceof Change.Updated updated ? (Task) updated.before() : null;
        if (!(change instanceof Change.Deleted) && justAssigned(before, task)) {
          allowedThere(commit, task, wrong);
        }
      }
    }
    nodes.forEach(id -> roomOn(commit.state(), id, wrong));
    return wrong;
  }

  private static void forward(Task before, Task after, List<String> wrong) {
    TaskState from = before.state();
    TaskState to = after.state();
    if (from != to && !from.mayBecome(to, Owner.AGENT) && !from.mayBecome(to, Owner.LEADER)) {
      wrong.add("task " + after.id() + " went from " + from + " to " + to);
    }
    if (before.desiredState().after(after.desiredState())) {
      wrong.add(
          "task "
              + after.id()
              + " is desired "
              + after.desiredState()
              + " after "
              + before.desiredState());
    }
    if (!before.nodeId().isEmpty() && !before.nodeId().equals(after.nodeId())) {
      wrong.add("task " + after.id() + " moved from " + before.nodeId());
    }
  }

  private static boolean justAssigned(@Nullable Task before, Task after) {
    return after.state() == TaskState.ASSIGNED
        && (before == null || before.state() != TaskState.ASSIGNED);
  }

  private void allowedThere(Commit commit, Task task, List<String> wrong) {
    Node node = commit.state().node(task.nodeId()).orElse(null);
    if (node == null || node.updatedAt().isAfter(commit.at().minus(staleness))) {
      return; // the node changed while the decision was on its way
    }
    if (!node.schedulable()) {
      wrong.add("task " + task.id() + " was assigned to " + node.id() + ", which takes none");
    }
    Placement placement = task.spec().placement();
    if (placement == null) {
      return;
    }
    if (!Constraint.allHold(Constraint.parse(placement.constraints()), node)) {
      wrong.add("task " + task.id() + " was assigned to " + node.id() + " against constraints");
    }
    Long most = placement.maxReplicas();
    long there =
        commit.state().tasksOfNode(node.id()).stream()
            .filter(t -> t.serviceId().equals(task.serviceId()))
            .filter(t -> t.spec().equals(task.spec()))
            .filter(t -> assigned(t) && live(t))
            .count();
    if (most != null && most > 0 && there > most) {
      wrong.add(there + " tasks of " + task.serviceId() + " on " + node.id() + ", at most " + most);
    }
  }

  private static void roomOn(ClusterState state, String nodeId, List<String> wrong) {
    Node node = state.node(nodeId).orElse(null);
    if (node == null) {
      return;
    }
    Set<String> ports = new HashSet<>();
    long cpus = 0;
    long memory = 0;
    for (Task task : state.tasksOfNode(nodeId)) {
      if (!assigned(task) || task.state().ended()) {
        continue;
      }
      Reservations reserved = task.spec().reservations();
      cpus += reserved.nanoCpusOrZero();
      memory += reserved.memoryBytesOrZero();
      for (PortConfig port :
          task.endpoint() == null ? List.<PortConfig>of() : task.endpoint().ports()) {
        String key = port.publishedPortOrZero() + "/" + port.protocolOrTcp();
        if (!port.ingress() && port.publishedPortOrZero() != 0 && !ports.add(key)) {
          wrong.add("two tasks on " + nodeId + " publish " + key);
        }
      }
    }
    Reservations has = node.description().resources();
    if (cpus > has.nanoCpusOrZero() || memory > has.memoryBytesOrZero()) {
      wrong.add("more is reserved on " + nodeId + " than it has");
    }
  }

  // ------------------------------------------------------------------ at rest

  /** What is wrong with a cluster that nothing happened to for long. */
  public List<String> atRest(ClusterState state) {
    List<String> wrong = new ArrayList<>();
    int history = state.cluster().map(Cluster::taskHistoryLimit).orElse(5);
    for (String serviceId : state.servicesWithTasks()) {
      if (state.service(serviceId).isEmpty()) {
        wrong.add("tasks of the removed service " + serviceId + " are left");
      }
    }
    for (Service service : state.services()) {
      Map<String, List<Task>> slots = new TreeMap<>();
      for (Task task : state.tasksOfService(service.id())) {
        slots.computeIfAbsent(slotOf(service, task), key -> new ArrayList<>()).add(task);
      }
      slots.forEach((slot, tasks) -> slotAtRest(state, service, slot, tasks, history, wrong));
      sizeAtRest(state, service, slots, wrong);
      // The last update of every service was one that nothing kept from completing.
      UpdateStatus update = service.updateStatus();
      if (update != null && !update.state().equals("completed")) {
        wrong.add("the update of " + service.name() + " ended " + update.state());
      }
    }
    return wrong;
  }

  private static void slotAtRest(
      ClusterState state,
      Service service,
      String slot,
      List<Task> tasks,
      int history,
      List<String> wrong) {
    String name = service.name() + "." + slot;
    long kept = tasks.stream().filter(t -> wanted(t) || t.state().ended()).count();
    if (kept > Math.max(history, 1)) {
      wrong.add(name + " keeps " + kept + " tasks, at most " + history);
    }
    if (tasks.stream().filter(Invariants::wanted).count() > 1) {
      wrong.add(name + " has several tasks that are wanted");
    }
    for (Task task : tasks) {
      boolean lost = state.node(task.nodeId()).map(Invariants::down).orElse(true);
      if (!wanted(task) && !task.state().ended() && !lost) {
        wrong.add(name + ": task " + task.id() + " does not end");
      }
      if (wanted(task) && !TaskFreshness.of(service).upToDate(task, state)) {
        wrong.add(name + ": task " + task.id() + " is out of date");
      }
      if (wanted(task) && lost && !task.nodeId().isEmpty()) {
        wrong.add(name + ": task " + task.id() + " is wanted on a lost node");
      }
    }
  }

  private static void sizeAtRest(
      ClusterState state, Service service, Map<String, List<Task>> slots, List<String> wrong) {
    ServiceSpec.Mode mode = service.spec().mode();
    if (mode == null) {
      return;
    }
    long running =
        slots.values().stream()
            .flatMap(List::stream)
            .filter(t -> wanted(t) && t.state() == TaskState.RUNNING)
            .count();
    long completed =
        slots.values().stream()
            .flatMap(List::stream)
            .filter(t -> t.state() == TaskState.COMPLETE && ofThisRun(service, t))
            .count();
    if (mode.replicated() != null) {
      Long replicas = mode.replicated().replicas();
      expect(service, "running", running, replicas == null ? 1 : replicas, wrong);
    } else if (mode.replicatedJob() != null) {
      Long total = mode.replicatedJob().totalCompletions();
      expect(service, "completed", completed, total == null ? 1 : total, wrong);
    } else {
      Placement placement = service.spec().taskTemplate().placement();
      List<Constraint> constraints =
          Constraint.parse(placement == null ? List.of() : placement.constraints());
      long nodes =
          state.nodes().stream()
              .filter(node -> node.schedulable() && Constraint.allHold(constraints, node))
              .count();
      boolean job = mode.globalJob() != null;
      expect(service, job ? "completed" : "running", job ? completed : running, nodes, wrong);
    }
  }

  private static void expect(
      Service service, String what, long actual, long expected, List<String> wrong) {
    if (actual != expected) {
      wrong.add(service.name() + " has " + actual + " tasks " + what + " instead of " + expected);
    }
  }

  // ------------------------------------------------------------------

  private static String slotOf(Service service, Task task) {
    ServiceSpec.Mode mode = service.spec().mode();
    boolean perNode = mode != null && (mode.global() != null || mode.globalJob() != null);
    return perNode ? task.nodeId() : Integer.toString(task.slot());
  }

  private static boolean ofThisRun(Service service, Task task) {
    JobStatus job = service.jobStatus();
    return job == null || job.jobIteration().equals(task.jobIteration());
  }

  private static boolean down(Node node) {
    return node.status().state().equals(NodeStatus.DOWN);
  }

  static boolean drained(Node node) {
    return node.spec().availability().equals(NodeSpec.DRAIN);
  }

  private static boolean wanted(Task task) {
    return !task.desiredState().after(TaskState.COMPLETE);
  }

  private static boolean live(Task task) {
    return wanted(task) && !task.state().ended();
  }

  private static boolean assigned(Task task) {
    return !TaskState.ASSIGNED.after(task.state());
  }
}
