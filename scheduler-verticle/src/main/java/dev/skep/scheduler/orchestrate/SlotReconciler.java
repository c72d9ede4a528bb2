package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.json.OneLine;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a slot filled: replaces tasks that ended, as their restart policy says, and tasks that
 * cannot stay on their node; and lets replacements start once nothing is in their way.
 */
final class SlotReconciler {
  /** How long a node may be down before its tasks are given up for good. */
  static final Duration ORPHANED_AFTER = Duration.ofHours(24);

  /**
   * How long a replacement waits for a task that was told to stop, beyond its grace period. An
   * engine that cannot stop a container must not keep the service down.
   */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

  private final ServiceContext context;
  private final Plan plan;
  private final Mode mode;
  private final PlacementCheck placementCheck;

  SlotReconciler(ServiceContext context) {
    this.context = context;
    this.plan = context.plan();
    this.mode = context.mode();
    this.placementCheck = context.placementCheck();
  }

  void reconcile(Slot slot) {
    for (Task task : List.copyOf(slot.tasks())) {
      orphan(slot, task);
    }
    for (Task task : slot.wanted()) {
      adapt(slot, task);
    }
    List<Task> wanted = slot.wanted();
    for (int i = 0; i < wanted.size(); i++) {
      Task task = wanted.get(i);
      boolean youngest = i == wanted.size() - 1;
      if (task.state().ended()) {
        replaceEnded(slot, task, youngest);
      } else {
        String problem = placementCheck.problem(task);
        if (problem != null) {
          move(slot, task, youngest, problem);
        }
      }
    }
    promote(slot);
  }

  /** Empties the slot of a node that was removed: nothing will ever be there again. */
  boolean nodeRemoved(Slot slot) {
    if (plan.node(slot.nodeId()).isPresent()) {
      return false;
    }
    slot.remove(plan);
    return true;
  }

  /**
   * Whether the slot is taken without a wanted task: its last one ended, and its restart policy
   * asks for no other.
   */
  boolean held(Slot slot) {
    Task last = null;
    for (Task task : slot.tasks()) {
      if (task.desiredState() == TaskState.SHUTDOWN) {
        last = task;
      }
    }
    return last != null && !slot.anyWanted() && !RestartRule.allows(last, mode.job());
  }

  /** A live task goes by the service's present grace period and restart policy. */
  private void adapt(Slot slot, Task task) {
    if (!task.state().ended()) {
      Task adapted = context.adapted(task);
      if (!adapted.spec().equals(task.spec())) {
        slot.put(plan, adapted);
        context.because("task adapted", task, "what changed needs no new container");
      }
    }
  }

  /** Nobody will ever report on a task whose node was removed, or is down for very long. */
  private void orphan(Slot slot, Task task) {
    if (task.state().ended() || !PlacementCheck.assigned(task)) {
      return;
    }
    Node node = plan.node(task.nodeId()).orElse(null);
    String err;
    if (node == null) {
      err = "node was removed";
    } else if (node.status().state().equals(Node.NodeStatus.DOWN)) {
      Instant deadline = node.updatedAt().plus(ORPHANED_AFTER);
      if (deadline.isAfter(plan.now())) {
        context.wake(deadline);
        return;
      }
      err = "node is down for more than " + ORPHANED_AFTER.toHours() + " hours";
    } else {
      return;
    }
    TaskStatus lost = task.status().with(s -> s.state(TaskState.ORPHANED).timestamp(plan.now()));
    slot.put(plan, task.withStatus(lost.withErr(err)));
  }

  private void replaceEnded(Slot slot, Task task, boolean youngest) {
    if (!youngest) {
      slot.desire(plan, task, TaskState.SHUTDOWN);
      return;
    }
    // A replacement that failed while it was still waiting (its image is missing, say) is replaced
    // only when its own delay is over, or nothing would slow the retries down.
    if (task.notBefore() != null && task.notBefore().isAfter(plan.now())) {
      context.wake(task.notBefore());
      return;
    }
    if (mode.job() && task.state() == TaskState.COMPLETE) {
      return;
    }
    boolean again = RestartRule.allows(task, mode.job());
    slot.desire(plan, again ? task : RestartRule.spent(task, plan.now()), TaskState.SHUTDOWN);
    if (!again || !nodeTakes(slot)) {
      return;
    }
    if (task.state() == TaskState.ORPHANED) {
      addReplacement(slot, task, Past.of(task), Duration.ZERO, "node was removed");
      return;
    }
    // Failures under an older spec do not count against the new one.
    int quick = context.fresh(task) ? RestartRule.quickEndings(task) : 0;
    Duration delay = RestartRule.delay(task, quick);
    Past past =
        context.fresh(task)
            ? Past.replaced(task, plan.now(), RestartRule.slowedBy(task, quick), quick)
            : Past.replaced(forgotten(task), plan.now(), Duration.ZERO, 0);
    addReplacement(slot, task, past, delay, ending(task));
  }

  private void move(Slot slot, Task task, boolean youngest, String problem) {
    boolean enforced = problem.equals(Enforcement.ERROR);
    Task leaving = enforced ? task.withStatus(Enforcement.told(task.status())) : task;
    slot.desire(plan, leaving, TaskState.SHUTDOWN);
    if (youngest && !mode.perNode() && RestartRule.allows(task, mode.job())) {
      addReplacement(slot, task, Past.of(task), Duration.ZERO, problem);
    } else {
      context.because("task ended", task, problem);
    }
  }

  /** What a replacement remembers of its slot. */
  private record Past(List<Instant> restarts, long restartCount, int quickEndings) {
    /** Moving is no restart. */
    static Past of(Task task) {
      return new Past(task.restarts(), RestartRule.restarts(task), task.quickEndings());
    }

    static Past replaced(Task ended, Instant now, Duration slowedBy, int quickEndings) {
      return new Past(
          RestartRule.remembered(ended, now, slowedBy),
          RestartRule.restarts(ended) + 1,
          quickEndings);
    }
  }

  private static Task forgotten(Task task) {
    return task.with(t -> t.restarts(List.of()).restartCount(0));
  }

  private void addReplacement(Slot slot, Task old, Past past, Duration delay, String why) {
    boolean waits = !delay.isZero() || blockedUntil(slot, plan.now()) != null;
    TaskState desired = waits ? TaskState.READY : mode.goal();
    Task task =
        context
            .newTask(slot, desired)
            .with(t ->
                t.restarts(past.restarts())
                    .restartCount(past.restartCount())
                    .quickEndings(past.quickEndings())
                    .notBefore(delay.isZero() ? null : plan.now().plus(delay)));
    slot.add(plan, task);
    context.because("task replaced", old, why);
    if (task.notBefore() != null) {
      context.wake(task.notBefore());
    }
  }

  /** Whether the slot's node, where it has one, takes a new task. */
  private boolean nodeTakes(Slot slot) {
    return !mode.perNode()
        || plan.node(slot.nodeId())
            .map(node -> node.schedulable() && placementCheck.allowedOn(node))
            .orElse(false);
  }

  /** Lets tasks that are held ready go on. */
  private void promote(Slot slot) {
    for (Task task : slot.wanted()) {
      if (task.desiredState() == TaskState.READY && !task.state().ended()) {
        if (task.notBefore() != null && task.notBefore().isAfter(plan.now())) {
          context.wake(task.notBefore());
          explain(slot, task);
          continue;
        }
        Instant until = blockedUntil(slot, task.createdAt());
        if (until == null) {
          slot.desire(plan, task, mode.goal());
        } else {
          context.wake(until);
        }
      }
    }
  }

  /** Says on a prepared task that it waits longer than its policy asks for, and why. */
  private void explain(Slot slot, Task task) {
    String slowed = task.state() == TaskState.READY ? RestartRule.slowed(task) : null;
    if (slowed != null && !Objects.equals(OneLine.of(slowed), task.status().err())) {
      slot.put(plan, task.withStatus(task.status().with(s -> s.message(slowed).err(slowed))));
    }
  }

  /**
   * Until when a task of the slot that waits since {@code since} has to go on waiting for others to
   * stop; absent when none is in its way.
   */
  private @Nullable Instant blockedUntil(Slot slot, Instant since) {
    Instant until = null;
    for (Task other : slot.tasks()) {
      if (!Slot.wanted(other) && placementCheck.mayRun(other)) {
        Instant patience = since.plus(grace(other)).plus(PATIENCE);
        if (patience.isAfter(plan.now()) && (until == null || patience.isAfter(until))) {
          until = patience;
        }
      }
    }
    return until;
  }

  /** The desired state of a new task in the slot: ready while an older one is still stopping. */
  TaskState firstDesire(Slot slot) {
    return blockedUntil(slot, plan.now()) == null ? mode.goal() : TaskState.READY;
  }

  private static Duration grace(Task task) {
    ContainerSpec container = task.spec().containerSpec();
    return container == null || container.stopGracePeriod() == null
        ? DEFAULT_GRACE
        : Duration.ofNanos(Math.max(0, container.stopGracePeriod()));
  }

  private static String ending(Task task) {
    String err = task.status().err();
    return task.state().text() + (err == null || err.isEmpty() ? "" : ": " + err);
  }
}
