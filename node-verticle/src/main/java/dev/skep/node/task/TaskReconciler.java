package dev.skep.node.task;

import dev.skep.engine.ContainerPhase;
import dev.skep.engine.ContainerSummary;
import dev.skep.engine.Engine;
import dev.skep.engine.EngineEvent;
import dev.skep.engine.Health;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.agent.Assignments;
import dev.skep.node.agent.TaskReporter;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.TaskFilesException;
import dev.skep.node.log.EndedTaskLogs;
import dev.skep.node.log.LoggedTask;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.template.TemplateException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings every task of this node to where it is wanted, one step after another, each task on its
 * own. A task is reconciled when its assignment or its container changed; it rests when {@link
 * TaskStep} says so.
 *
 * <p>Until the leader has spoken in this life of the agent, nothing is created and no container is
 * removed for want of an assignment: what runs goes on running.
 */
public final class TaskReconciler {
  private static final Logger LOG = LoggerFactory.getLogger(TaskReconciler.class);

  private static final Duration ENGINE_RETRY = Duration.ofMillis(500);

  /** Nothing is missed by waking up; it only bounds the wait. */
  private static final Duration LONG_WAIT = Duration.ofMinutes(1);

  private static final Duration FIRST_TROUBLE_RETRY = Duration.ofSeconds(1);
  private static final int MAX_TROUBLE_DOUBLINGS = 5;

  private final String nodeId;
  private final Engine engine;
  private final Fibers fibers;
  private final InstantSource clock;
  private final TaskExecutor work;
  private final Map<String, ManagedTask> managed = new HashMap<>();
  private final Signal engineBack = new Signal();
  private @Nullable TaskReporter reporter;
  private @Nullable Runnable whenTrusted;
  private @Nullable EndedTaskLogs endedLogs;
  private boolean engineUp;
  private boolean looked;
  private boolean trusted;
  private boolean closed;
  private int round;

  /** Tasks whose reconciling is due or under way. */
  private int inProgress;

  public TaskReconciler(
      String nodeId, Engine engine, Fibers fibers, InstantSource clock, TaskExecutor work) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.fibers = fibers;
    this.clock = clock;
    this.work = work;
  }

  /**
   * Must be called before anything else.
   *
   * @param logs hears of each task that ended, and of each that is forgotten
   * @param trustedNow called once, when both the leader and the engine have been heard, so that
   *     leftovers may go
   */
  public void begin(TaskReporter taskReporter, EndedTaskLogs logs, Runnable trustedNow) {
    reporter = taskReporter;
    endedLogs = logs;
    whenTrusted = trustedNow;
  }

  private void checkTrusted() {
    Runnable waiting = whenTrusted;
    if (trusted && looked && waiting != null) {
      whenTrusted = null;
      waiting.run();
    }
  }

  // Assignments

  /**
   * Takes what an earlier life of the agent saved: enough to know its containers, not to make new
   * ones.
   */
  public void recall(Assignments saved) {
    work.provide(saved);
    saved.tasks().values().forEach(task -> assign(task));
  }

  /** Takes what the leader wants. */
  public void take(Assignments now, Set<String> changed, boolean complete) {
    work.provide(now);
    if (complete) {
      managed.values().forEach(k -> k.assigned = now.tasks().containsKey(k.id));
      now.tasks().values().forEach(this::assign);
      boolean first = !trusted;
      trusted = true;
      if (first) {
        LOG.atInfo()
            .addKeyValue("node", nodeId)
            .addKeyValue("tasks", now.tasks().size())
            .log("assignments received");
      }
      List.copyOf(managed.values()).forEach(this::changed);
      checkTrusted();
      return;
    }
    for (String id : changed) {
      Task task = now.tasks().get(id);
      if (task != null) {
        changed(assign(task));
      } else {
        unassign(id);
      }
    }
  }

  /** The leader has taken reports of these tasks. */
  public void acknowledge(List<String> ids) {
    for (String id : ids) {
      ManagedTask k = managed.get(id);
      if (k != null) {
        k.acknowledged = true;
      }
    }
  }

  /** The leader does not know these tasks. */
  public void unassign(List<String> ids) {
    ids.forEach(this::unassign);
  }

  private void unassign(String id) {
    ManagedTask k = managed.get(id);
    if (k != null) {
      k.assigned = false;
      changed(k);
    }
  }

  /** The tasks that this node knows of. */
  public Set<String> taskIds() {
    return Set.copyOf(managed.keySet());
  }

  /** The task as far as logs go; null when this node knows none of that id. */
  public @Nullable LoggedTask logged(String taskId) {
    return managed.get(taskId);
  }

  @Nullable ManagedTask find(String taskId) {
    return managed.get(taskId);
  }

  private ManagedTask assign(Task task) {
    ManagedTask k = managed.computeIfAbsent(task.id(), id -> new ManagedTask(id, clock.instant()));
    k.task = task;
    k.assigned = true;
    work.relate(k);
    TaskStatus leaders = task.status();
    boolean leaderKnows =
        leaders.state().after(k.state()) || (leaders.state() == k.state() && !k.acknowledged);
    if (leaderKnows) {
      k.status = leaders;
      if (!task.networksAttachments().isEmpty() && k.networks.isEmpty()) {
        k.networks = task.networksAttachments();
      }
      if (reporter != null) {
        reporter.drop(k.id);
      }
    } else if (reporter != null && k.state().after(leaders.state())) {
      reporter.report(k.report(), k.awaited());
    }
    return k;
  }

  // The engine

  /**
   * The engine's event stream is open: whatever happens from now on is told, and what happened
   * before is looked up.
   */
  public void engineConnected() {
    engineUp = true;
    engineBack.fire();
    fibers.run(this::lookAtAll);
  }

  public void engineLost() {
    engineUp = false;
  }

  public void engineEvent(EngineEvent event) {
    ManagedTask k = managed.get(event.attributes().getOrDefault(ContainerRequest.TASK_LABEL, ""));
    if (k == null || (!k.containerId().isEmpty() && !k.containerId().equals(event.actorId()))) {
      return;
    }
    boolean known = !k.containerId().isEmpty();
    switch (event.action()) {
      case "oom" -> k.outOfMemory = true;
      case "start" -> {
        // Somebody started it again by hand. Its task has ended, so it has to stop.
        if (k.observed instanceof Observed.Dead dead) {
          k.started(dead.containerId());
          changed(k);
        }
      }
      case "die" -> {
        if (known && !(k.observed instanceof Observed.Dead)) {
          died(k, event);
        }
      }
      case "destroy" -> {
        // How it ended is worth more than that it is gone, until that is reported.
        if (known && (k.state().ended() || !(k.observed instanceof Observed.Dead))) {
          k.observed = Observed.ABSENT;
          changed(k);
        }
      }
      case "health_status: healthy" -> {
        k.health(Health.HEALTHY);
        changed(k);
      }
      case "health_status: unhealthy" -> fibers.run(() -> unhealthy(k));
      default -> {}
    }
  }

  private void died(ManagedTask k, EngineEvent event) {
    try {
      k.died(event.actorId(), Integer.parseInt(event.attributes().getOrDefault("exitCode", "0")));
      changed(k);
    } catch (NumberFormatException e) {
      fibers.run(() -> unhealthy(k)); // an exit code that is none: look
    }
  }

  /** The event does not carry what the probe said, so the container is looked at. */
  private void unhealthy(ManagedTask k) {
    try {
      work.observe(k, k.container());
    } catch (EngineException | EngineUnavailableException e) {
      k.health(Health.UNHEALTHY);
    }
    changed(k);
  }

  /** Brings what is known of containers in line with what the engine has. */
  private void lookAtAll() {
    int own = ++round;
    while (engineUp && own == round) {
      try {
        int found = compare();
        looked = true;
        LOG.atInfo()
            .addKeyValue("node", nodeId)
            .addKeyValue("containers", found)
            .log("reconciled with the engine");
        List.copyOf(managed.values()).forEach(this::changed);
        checkTrusted();
        return;
      } catch (EngineUnavailableException | EngineException e) {
        LOG.atWarn()
            .addKeyValue("node", nodeId)
            .addKeyValue("cause", e.getMessage())
            .log("cannot look at the engine's containers; trying again");
        fibers.pause(ENGINE_RETRY);
      }
    }
  }

  /**
   * Looks at every container of this node that is not as it is thought to be; tasks that are being
   * worked on look for themselves.
   */
  private int compare() {
    Set<String> expected = new HashSet<>();
    managed.values().stream()
        .filter(k -> !(k.observed instanceof Observed.Absent))
        .forEach(k -> expected.add(k.id));
    List<ContainerSummary> containers =
        engine.listContainers(List.of(ContainerRequest.NODE_LABEL + "=" + nodeId)).await();
    List<Future<Boolean>> looks = new ArrayList<>();
    for (ContainerSummary container : containers) {
      String taskId = container.labels().getOrDefault(ContainerRequest.TASK_LABEL, "");
      if (taskId.isEmpty()) {
        continue;
      }
      expected.remove(taskId);
      ManagedTask k = managed.computeIfAbsent(taskId, id -> new ManagedTask(id, clock.instant()));
      if (!k.reconciling && !agrees(k, container)) {
        looks.add(
            fibers.start(() -> {
              work.observe(k, container.id());
              return true;
            }));
      }
    }
    for (String id : expected) {
      ManagedTask k = managed.get(id);
      if (k != null && !k.reconciling) {
        k.observed = Observed.ABSENT;
      }
    }
    Future.join(looks).await();
    return containers.size();
  }

  /** Whether the list says what is known already. */
  private static boolean agrees(ManagedTask k, ContainerSummary container) {
    return k.containerId().equals(container.id())
        && switch (k.observed) {
          case Observed.Alive _ -> container.phase().alive() && !k.probed;
          case Observed.Dead _ -> !container.phase().alive();
          case Observed.Created _ -> container.phase() == ContainerPhase.CREATED;
          case Observed.Absent _ -> false;
        };
  }

  // Reconciling

  /** Something about this task changed: take it further. */
  private void changed(ManagedTask k) {
    noted(k);
    k.changed.fire();
    if (!k.reconciling && !k.due && !closed) {
      k.due = true;
      inProgress++;
      fibers.run(() -> reconcile(k));
    }
  }

  /** Names are answered from what is known, and before the engine was looked at that is nothing. */
  private void noted(ManagedTask k) {
    if (looked) {
      work.note(k);
    }
  }

  /**
   * Only from here on the task looks for itself: one that is merely due has to be looked at by
   * {@link #compare}, or it would set out with a container that was never looked for.
   */
  private void reconcile(ManagedTask k) {
    k.due = false;
    k.reconciling = true;
    boolean moved = false;
    try {
      while (!closed && looked && (k.assigned || trusted) && step(k)) {
        moved = true;
        noted(k); // one step at a time, each decided anew
      }
    } finally {
      noted(k);
      k.reconciling = false;
      inProgress--;
      if (moved && inProgress == 0 && reporter != null) {
        reporter.allRest();
      }
    }
  }

  /** Does the next thing for the task; false when there is nothing to do for now. */
  private boolean step(ManagedTask k) {
    Step step = k.next();
    try {
      return take(k, step);
    } catch (EngineUnavailableException e) {
      return lookAgain(k);
    } catch (EngineException e) {
      return refused(k, step, String.valueOf(e.getMessage()));
    } catch (TemplateException | TaskFilesException | IllegalArgumentException e) {
      end(k, TaskStep.failed(k.state(), String.valueOf(e.getMessage())));
      return true;
    }
  }

  private boolean take(ManagedTask k, Step step) {
    switch (step) {
      case Step.Rest _ -> {
        return false;
      }
      case Step.Advance advance -> {
        k.become(advance.to(), clock.instant(), advance.message(), null);
        report(k);
        if (advance.to() == TaskState.RUNNING
            && k.observed instanceof Observed.Alive alive
            && alive.pid() == 0) {
          fibers.run(() -> lookLater(k));
        }
      }
      case Step.End end -> end(k, end);
      case Step.Prepare _ -> {
        if (!trusted) {
          return false;
        }
        work.prepare(k, () -> report(k));
      }
      case Step.Start start -> work.start(k, start.containerId());
      case Step.Stop stop -> work.stop(k, stop.containerId());
      case Step.Remove remove -> {
        work.remove(k, remove.containerId());
        work.clear(k);
      }
      case Step.Forget _ -> {
        work.clear(k);
        if (endedLogs != null) {
          endedLogs.forget(k.id);
        }
        managed.remove(k.id, k);
        return false;
      }
    }
    k.troubles = 0;
    return true;
  }

  private void end(ManagedTask k, Step.End end) {
    k.become(
        end.as(),
        clock.instant(),
        end.message() == null ? k.status.message() : end.message(),
        end.err());
    report(k);
    if (endedLogs != null && k.observed instanceof Observed.Dead) {
      endedLogs.ended(k);
    }
    LOG.atInfo()
        .addKeyValue("task", k.id)
        .addKeyValue("state", end.as().text())
        .addKeyValue("err", end.err() == null ? "" : end.err())
        .log("task ended");
  }

  /** The engine refused a step. Stops and removals are tried again: they must succeed some day. */
  private boolean refused(ManagedTask k, Step step, String message) {
    switch (step) {
      case Step.Start _ ->
          end(k, TaskStep.failed(k.state(), "starting container failed: " + message));
      case Step.Stop _, Step.Remove _ -> {
        Duration pause =
            FIRST_TROUBLE_RETRY.multipliedBy(1L << Math.min(k.troubles++, MAX_TROUBLE_DOUBLINGS));
        LOG.atWarn()
            .addKeyValue("task", k.id)
            .addKeyValue("step", step)
            .addKeyValue("cause", message)
            .log("the engine refused; trying again");
        fibers.pause(pause);
        return lookAgain(k);
      }
      case Step.Prepare _, Step.Advance _, Step.End _, Step.Forget _, Step.Rest _ ->
          end(k, TaskStep.failed(k.state(), message));
    }
    return true;
  }

  /** Nobody knows whether the last call was carried out: wait for the engine, then look. */
  private boolean lookAgain(ManagedTask k) {
    while (!closed) {
      fibers.pause(ENGINE_RETRY);
      if (!engineUp) {
        fibers.await(engineBack, LONG_WAIT);
        continue;
      }
      try {
        work.observe(k, k.container());
        return true;
      } catch (EngineUnavailableException e) {
        LOG.atDebug().addKeyValue("task", k.id).log("the engine is gone again");
      } catch (EngineException e) {
        LOG.atWarn()
            .addKeyValue("task", k.id)
            .addKeyValue("cause", e.getMessage())
            .log("cannot look at the task's container");
      }
    }
    return false;
  }

  private void lookLater(ManagedTask k) {
    try {
      work.lookLater(k);
    } catch (EngineException | EngineUnavailableException e) {
      LOG.atDebug()
          .addKeyValue("task", k.id)
          .addKeyValue("cause", e.getMessage())
          .log("no details of a started container");
      return;
    }
    if (k.state() == TaskState.RUNNING
        && k.observed instanceof Observed.Alive alive
        && alive.pid() != 0) {
      TaskStatus.ContainerStatus told = k.status.containerStatus();
      if (told == null || told.pid() != alive.pid()) {
        k.status = k.status.withContainerStatus(k.containerStatus());
        report(k);
      }
    }
    changed(k);
  }

  private void report(ManagedTask k) {
    if (k.assigned && reporter != null) {
      reporter.report(k.report(), k.awaited());
    }
  }

  /** How many tasks are being worked on right now. */
  public int inProgress() {
    return inProgress;
  }

  /** Stops reconciling; containers stay as they are. */
  public void close() {
    closed = true;
    engineBack.fire();
    managed.values().forEach(k -> k.changed.fire());
  }
}
