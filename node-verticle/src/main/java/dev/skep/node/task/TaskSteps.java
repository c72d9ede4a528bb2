package dev.skep.node.task;

import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.StopRule;
import dev.skep.node.step.Observed;
import dev.skep.node.step.Step;
import dev.skep.node.step.TaskStep;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the steps of one {@link ManagedTask}, whose parts it shares. It does what a step says and
 * notes what became of it. When the engine refuses or does not answer, it ends the task or tries
 * again, depending on the step.
 */
final class TaskSteps {
  private static final Logger LOG = LoggerFactory.getLogger(TaskSteps.class);

  /** How long the event of a container's end may lag behind the answer to its stop. */
  private static final Duration LATE_EVENT = Duration.ofSeconds(1);

  private static final Duration FIRST_TROUBLE_RETRY = Duration.ofSeconds(1);
  private static final int MAX_TROUBLE_DOUBLINGS = 5;

  private final ManagedTask managed;
  private final ContainerState container;
  private final TaskProgress progress;
  private final TaskExecutor executor;
  private final TaskHost host;
  private final Fibers fibers;
  private final InstantSource clock;
  private final TaskPreparation preparation;

  /** Failed removals and stops in a row. */
  private int troubles;

  TaskSteps(
      ManagedTask managed,
      ContainerState container,
      TaskProgress progress,
      TaskExecutor executor,
      TaskHost host,
      Fibers fibers,
      InstantSource clock) {
    this.managed = managed;
    this.container = container;
    this.progress = progress;
    this.executor = executor;
    this.host = host;
    this.fibers = fibers;
    this.clock = clock;
    this.preparation = new TaskPreparation(managed, container, progress, executor, host, fibers);
  }

  /** Does the next thing for the task; false when there is nothing to do for now. */
  boolean take(Step step) {
    try {
      boolean moved = carryOut(step);
      if (moved) {
        troubles = 0;
      }
      return moved;
    } catch (EngineUnavailableException e) {
      return lookAgain();
    } catch (EngineException e) {
      return refused(step, String.valueOf(e.getMessage()));
    } catch (TaskRefusedException | IllegalArgumentException e) {
      end(TaskStep.failed(progress.state(), String.valueOf(e.getMessage())));
      return true;
    }
  }

  private boolean carryOut(Step step) {
    switch (step) {
      case Step.Rest _ -> {
        return false;
      }
      case Step.Advance advance -> advance(advance);
      case Step.End end -> end(end);
      case Step.Prepare _ -> {
        if (!host.mayCreate()) {
          return false;
        }
        preparation.run(task());
      }
      case Step.Start start -> start(start.containerId());
      case Step.Stop stop -> stop(stop.containerId());
      case Step.Remove remove -> remove(remove.containerId());
      case Step.Forget _ -> {
        executor.clear(managed.id());
        host.forget(managed);
        return false;
      }
    }
    return true;
  }

  private void advance(Step.Advance advance) {
    progress.become(advance.to(), clock.instant(), advance.message(), null, container);
    host.report(managed);
    if (advance.to() == TaskState.RUNNING && container.pidUnknown()) {
      fibers.run(this::lookWhenIdle);
    }
  }

  private void end(Step.End end) {
    String message = end.message() == null ? progress.message() : end.message();
    progress.become(end.as(), clock.instant(), message, end.err(), container);
    host.report(managed);
    host.ended(managed);
    LOG.atInfo()
        .addKeyValue("task", managed.id())
        .addKeyValue("state", end.as().text())
        .addKeyValue("err", end.err() == null ? "" : end.err())
        .log("task ended");
  }

  /** Starts the container, and looks at it where others need to know its addresses or ports. */
  private void start(String containerId) {
    boolean reachable = executor.start(task(), containerId, container.complete());
    container.completed();
    if (container.observed() instanceof Observed.Created) {
      container.started(containerId);
    }
    if (reachable) {
      managed.look();
    }
  }

  /** Lets the task's connections end, then stops the container and waits for its end. */
  private void stop(String containerId) {
    drain();
    // The service may have got another grace period since the container was made.
    ContainerSpec spec = managed.spec();
    executor.stop(containerId, spec == null ? null : StopRule.grace(spec));
    if (container.alive()) {
      fibers.await(managed.changed(), LATE_EVENT);
    }
    if (container.alive()) {
      managed.look();
    }
  }

  private void remove(String containerId) {
    if (container.alive()) {
      drain();
    }
    executor.remove(containerId);
    container.gone();
    executor.clear(managed.id());
  }

  /** From now on no new connections; established ones get the grace period to end. */
  private void drain() {
    Task task = managed.task();
    ContainerSpec spec = managed.spec();
    if (task != null
        && spec != null
        && progress.state() == TaskState.RUNNING
        && !ContainerRequest.ingressPorts(task).isEmpty()) {
      executor.drain(task, StopRule.grace(spec));
    }
  }

  /** Fills in what a start does not tell: the process id. */
  private void lookWhenIdle() {
    try {
      executor
          .inspectWhenIdle(() -> container.pidUnknown() ? container.id() : "")
          .ifPresent(details -> managed.see(Optional.of(details)));
    } catch (EngineException | EngineUnavailableException e) {
      LOG.atDebug()
          .addKeyValue("task", managed.id())
          .addKeyValue("cause", e.getMessage())
          .log("no details of a started container");
      return;
    }
    if (progress.state() == TaskState.RUNNING
        && container.observed() instanceof Observed.Alive alive
        && alive.pid() != 0
        && progress.runsAs(alive.pid(), container)) {
      host.report(managed);
    }
    managed.reconcileSoon();
  }

  /** The engine refused a step. Stops and removals are tried again: they must succeed some day. */
  private boolean refused(Step step, String message) {
    switch (step) {
      case Step.Start _ ->
          end(TaskStep.failed(progress.state(), "starting container failed: " + message));
      case Step.Stop _, Step.Remove _ -> {
        LOG.atWarn()
            .addKeyValue("task", managed.id())
            .addKeyValue("step", step)
            .addKeyValue("cause", message)
            .log("the engine refused; trying again");
        fibers.pause(
            FIRST_TROUBLE_RETRY.multipliedBy(1L << Math.min(troubles++, MAX_TROUBLE_DOUBLINGS)));
        return lookAgain();
      }
      case Step.Prepare _, Step.Advance _, Step.End _, Step.Forget _, Step.Rest _ ->
          end(TaskStep.failed(progress.state(), message));
    }
    return true;
  }

  /** Nobody knows whether the last call was carried out: wait for the engine, then look. */
  private boolean lookAgain() {
    while (host.awaitEngine()) {
      try {
        managed.look();
        return true;
      } catch (EngineUnavailableException e) {
        LOG.atDebug().addKeyValue("task", managed.id()).log("the engine is gone again");
      } catch (EngineException e) {
        LOG.atWarn()
            .addKeyValue("task", managed.id())
            .addKeyValue("cause", e.getMessage())
            .log("cannot look at the task's container");
      }
    }
    return false;
  }

  private Task task() {
    Task task = managed.task();
    if (task == null) {
      throw new IllegalStateException("the task of container " + container.id() + " is not known");
    }
    return task;
  }
}
