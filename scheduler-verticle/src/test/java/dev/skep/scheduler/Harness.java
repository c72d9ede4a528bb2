package dev.skep.scheduler;

import dev.skep.scheduler.allocate.Ipam;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.orchestrate.DecisionReason;
import dev.skep.scheduler.orchestrate.Orchestrator;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Plays decisions by hand: a state, a clock, and one pass at a time. */
public final class Harness {
  private final SplittableRandom random = new SplittableRandom(7);
  private final Invariants invariants = new Invariants(Duration.ZERO);
  private ClusterState state = ClusterState.EMPTY;
  private Fleet fleet = Fleet.of(state);
  private Instant now = Samples.T0;
  private Map<String, Instant> wakes = Map.of();
  private List<DecisionReason> reasons = List.of();
  private Set<String> waiting = Set.of();
  private Ipam ipam = ipam(NetworkDrivers.LOCAL);

  /** A cluster with nodes n1 to n{@code nodes}. */
  public static Harness withNodes(int nodes) {
    Harness harness = new Harness();
    harness.create(Samples.cluster(5 * Samples.SECOND, 5));
    for (int i = 1; i <= nodes; i++) {
      harness.create(Samples.node("n" + i));
    }
    return harness;
  }

  /** What networks need from the manager. The first address of each is the first to be given. */
  public Harness drivers(NetworkDrivers kinds) {
    ipam = ipam(kinds);
    return this;
  }

  private static Ipam ipam(NetworkDrivers kinds) {
    return new Ipam(kinds, () -> 0);
  }

  /** The services that the last pass let wait for something to be given back. */
  public Set<String> waiting() {
    return waiting;
  }

  public ClusterState state() {
    return state;
  }

  public Instant now() {
    return now;
  }

  public Fleet fleet() {
    return fleet;
  }

  /** What the last pass wants to be woken for, by service. */
  public Map<String, Instant> wakes() {
    return wakes;
  }

  public List<DecisionReason> reasons() {
    return reasons;
  }

  public Harness create(SwarmObject object) {
    commit(Transaction.at(now).create(object).build());
    return this;
  }

  public Harness update(SwarmObject object) {
    commit(Transaction.at(now).update(object).build());
    return this;
  }

  public Harness delete(SwarmObject object) {
    commit(Transaction.at(now).delete(object).build());
    return this;
  }

  private void commit(Transaction transaction) {
    Commit commit = state.apply(transaction, state.index() + 1);
    List<String> wrong = invariants.afterCommit(commit);
    if (!wrong.isEmpty()) {
      throw new AssertionError(wrong);
    }
    state = commit.state();
    fleet = Fleet.of(state);
  }

  public Harness node(String id, UnaryOperator<Node> change) {
    return update(change.apply(state.node(id).orElseThrow()));
  }

  public Harness nodeState(String id, String word) {
    return node(id, n -> n.withStatus(new Node.NodeStatus(word, null, n.status().addr())));
  }

  public Harness availability(String id, String word) {
    return node(id, n -> n.withSpec(n.spec().withAvailability(word)));
  }

  /** A service update as the gateway makes it. */
  public Harness spec(String serviceId, UnaryOperator<ServiceSpec> change) {
    Service service = service(serviceId);
    return update(
        service.with(s ->
            s.spec(change.apply(service.spec())).previousSpec(service.spec()).updateStatus(null)));
  }

  public Service service(String id) {
    return state.service(id).orElseThrow();
  }

  public Harness after(Duration time) {
    now = now.plus(time);
    return this;
  }

  /** Passes until nothing is left to decide at this time. */
  public Harness pass() {
    for (int i = 0; i < 20; i++) {
      Plan plan = new Plan(state, fleet, now, random, 10_000, Limits.NONE, ipam);
      Orchestrator orchestrator = new Orchestrator(plan);
      TreeSet<String> services = new TreeSet<>(state.servicesWithTasks());
      state.services().forEach(service -> services.add(service.id()));
      services.forEach(orchestrator::decide);
      wakes = plan.wakes();
      reasons = plan.reasons();
      waiting = plan.waiting();
      Transaction transaction = plan.transaction(1);
      if (transaction.isEmpty()) {
        if (!plan.unfinished().isEmpty()) {
          throw new AssertionError(
              "a pass that does nothing is not finished with " + plan.unfinished());
        }
        return this;
      }
      commit(new Transaction(transaction.at(), transaction.ops(), null));
      plan.committed();
    }
    throw new AssertionError("the passes do not come to an end");
  }

  /** The node says what it saw of a task. */
  public Harness report(Task task, TaskState seen) {
    Task known = state.task(task.id()).orElseThrow();
    Instant since =
        seen == TaskState.RUNNING && known.runningSince() == null ? now : known.runningSince();
    update(known.with(t -> t.status(TaskStatus.of(now, seen, seen.text())).runningSince(since)));
    return pass();
  }

  /** Every task is brought to its desired state at once. */
  public Harness settle() {
    pass();
    for (int i = 0; i < 50; i++) {
      Task next = null;
      for (Task task : tasks()) {
        boolean assigned = !TaskState.ASSIGNED.after(task.state());
        if (assigned && !task.state().ended() && target(task) != task.state()) {
          next = task;
          break;
        }
      }
      if (next == null) {
        return this;
      }
      report(next, target(next));
    }
    throw new AssertionError("the tasks do not settle");
  }

  private static TaskState target(Task task) {
    return task.desiredState().after(TaskState.COMPLETE) ? TaskState.SHUTDOWN : task.desiredState();
  }

  /** All tasks, by service, slot, node and age. */
  public List<Task> tasks() {
    return state.tasks().stream()
        .sorted(
            Comparator.comparing(Task::serviceId)
                .thenComparingInt(Task::slot)
                .thenComparing(task -> task.slot() == 0 ? task.nodeId() : "")
                .thenComparing(Task::createdAt)
                .thenComparing(Task::id))
        .toList();
  }

  /** The tasks that are meant to be there, ended or not. */
  public List<Task> wanted() {
    return tasks().stream().filter(task -> !task.desiredState().after(TaskState.COMPLETE)).toList();
  }

  /** How many wanted tasks each node has. */
  public Map<String, Integer> spread() {
    Map<String, Integer> spread = new TreeMap<>();
    wanted().forEach(task -> spread.merge(task.nodeId(), 1, Integer::sum));
    return spread;
  }
}
