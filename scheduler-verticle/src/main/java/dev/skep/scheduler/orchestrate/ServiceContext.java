package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Cluster.TaskDefaults;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.state.TaskFreshness;
import java.time.Duration;
import java.time.Instant;

/** What all decisions about one service in one pass look at. */
record ServiceContext(
    Plan plan, Service service, Mode mode, TaskFreshness freshness, PlacementCheck placementCheck) {
  static ServiceContext of(Plan plan, Service service) {
    return new ServiceContext(
        plan,
        service,
        Mode.of(service),
        TaskFreshness.of(service),
        new PlacementCheck(plan, service));
  }

  /** Whether the task is what the service asks for now. */
  boolean fresh(Task task) {
    return freshness.upToDate(task, plan::node);
  }

  /**
   * The task with what it takes over from the service's present spec without a new container;
   * itself when it has that already. One that is to be replaced keeps its restart policy until
   * then.
   */
  @SuppressWarnings("ReferenceEquality") // what is the very same needs no work
  Task adapted(Task task) {
    TaskSpec own = task.spec();
    TaskSpec spec = freshness.adapted(own);
    if (spec == own) {
      return task;
    }
    return task.withSpec(fresh(task) ? spec : spec.withRestartPolicy(own.restartPolicy()));
  }

  /**
   * A new task in the slot, as the service asks for now.
   *
   * @param desired the mode's goal, or ready when the task has to wait for something
   */
  Task newTask(Slot slot, TaskState desired) {
    return TaskBuilder.builder()
        .id(plan.newId())
        .version(Version.NONE)
        .createdAt(plan.now())
        .updatedAt(plan.now())
        .spec(freshness.template())
        .endpoint(freshness.endpoint())
        .specVersion(service.specVersion())
        .serviceId(service.id())
        .serviceName(service.name())
        .serviceLabels(service.spec().labels())
        .slot(slot.number())
        .nodeId(slot.nodeId())
        .status(TaskStatus.of(plan.now(), TaskState.NEW, "created"))
        .desiredState(desired)
        .jobIteration(mode.job() ? Mode.iteration(service) : null)
        .defaultLogDriver(
            plan.base()
                .cluster()
                .map(cluster -> cluster.spec().taskDefaults())
                .map(TaskDefaults::logDriver)
                .orElse(null))
        .build();
  }

  /** The decision about the service stops here because the plan is full; the next pass goes on. */
  boolean stopsHere() {
    return plan.stopsAt(service.id());
  }

  /**
   * Whether another task may be made; else the decision about making tasks stops here. When there
   * are too many in the swarm, some time passes before it is looked at again.
   */
  boolean mayMake() {
    if (stopsHere()) {
      return false;
    }
    if (plan.mayGrow()) {
      return true;
    }
    because(
        "tasks not made", 1, "the swarm has as many tasks as fit the managers' heap (max-heap)");
    wake(plan.now().plus(CROWDED_REST));
    return false;
  }

  private static final Duration CROWDED_REST = Duration.ofSeconds(10);

  void wake(Instant at) {
    plan.wake(service.id(), at);
  }

  /** A reason about several tasks. */
  void because(String what, int count, String why) {
    plan.because(new DecisionReason(what, service.name(), null, null, count, why));
  }

  /** A reason about one task. */
  void because(String what, Task task, String why) {
    plan.because(new DecisionReason(what, service.name(), task.id(), task.nodeId(), 1, why));
  }
}
