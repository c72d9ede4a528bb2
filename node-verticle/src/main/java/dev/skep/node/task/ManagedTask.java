package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerSummary;
import dev.skep.engine.EngineEvent;
import dev.skep.engine.Health;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.log.LoggedTask;
import dev.skep.node.step.Desired;
import dev.skep.node.step.Observed;
import dev.skep.node.step.Step;
import dev.skep.node.step.TaskStep;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One task on this node: what is wanted of it, how far it is, what is seen of its container. It
 * takes in what the leader and the engine say, and brings itself to where it is wanted, one step
 * after another ({@link TaskSteps}), each decided anew by {@link TaskStep}. On the agent's context
 * only; nobody else changes anything here.
 */
final class ManagedTask implements LoggedTask {
  private final String id;
  private final TaskExecutor executor;
  private final TaskHost host;
  private final Fibers fibers;
  private final ContainerState container = new ContainerState();
  private final TaskProgress progress;
  private final Signal changed = new Signal();
  private final TaskSteps steps;

  private final TaskIntent intent = new TaskIntent();

  /** What the engine said of a container whose task was not known yet. */
  private @Nullable ContainerDetails unrelated;

  /** Whether it is to be worked on and that has not begun. */
  private boolean due;

  private boolean reconciling;

  ManagedTask(String id, TaskExecutor executor, TaskHost host, Fibers fibers, InstantSource clock) {
    this.id = id;
    this.executor = executor;
    this.host = host;
    this.fibers = fibers;
    this.progress = new TaskProgress(id, clock.instant());
    this.steps = new TaskSteps(this, container, progress, executor, host, fibers, clock);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String containerId() {
    return container.id();
  }

  @Override
  public boolean tty() {
    return intent.tty();
  }

  @Override
  public boolean ended() {
    return state().ended();
  }

  @Override
  public boolean wanted() {
    return !desired().removal();
  }

  @Override
  public Signal changed() {
    return changed;
  }

  @Nullable Task task() {
    return intent.task();
  }

  @Nullable ContainerSpec spec() {
    return intent.spec();
  }

  @Override
  public boolean assigned() {
    return intent.assigned();
  }

  TaskState state() {
    return progress.state();
  }

  Observed observed() {
    return container.observed();
  }

  List<Task.NetworkAttachment> networks() {
    return progress.networks();
  }

  TaskReport report() {
    return progress.report();
  }

  /** Whether it is where it is wanted, or has ended; else it is on its way. */
  boolean awaited() {
    return ended() || intent.reached(state());
  }

  Desired desired() {
    return intent.desired(container.stopSignal());
  }

  Step next() {
    return TaskStep.next(desired(), state(), observed());
  }

  /** The leader wants this of the task; {@link #reconcileSoon} is the caller's to call. */
  void assign(Task wanted) {
    intent.assign(wanted);
    relate();
    if (progress.takeFrom(wanted)) {
      host.known(this);
    } else if (state().after(wanted.status().state())) {
      host.report(this);
    }
  }

  /** The leader names the task no longer, or no longer without doubt. */
  void unassign() {
    intent.unassign();
  }

  /** The leader has taken a report of the task. */
  void acknowledge() {
    progress.acknowledge();
  }

  /** An event of a container that carries this task's id. */
  void engineEvent(EngineEvent event) {
    switch (container.take(event, ended())) {
      case NOTHING -> {}
      case RECONCILE -> reconcileSoon();
      case LOOK -> fibers.run(this::lookAndReconcile);
    }
  }

  private void lookAndReconcile() {
    try {
      look();
    } catch (EngineException | EngineUnavailableException e) {
      container.health(Health.UNHEALTHY);
    }
    reconcileSoon();
  }

  /** Whether its container should be looked at, given how the engine lists it. */
  boolean doubts(ContainerSummary listed) {
    return !reconciling && !container.agrees(listed);
  }

  /** The engine does not list its container. A task that is worked on looks for itself. */
  void notListed() {
    if (!reconciling) {
      container.gone();
    }
  }

  /** Looks at the container, by its id or, while that is not known, by the task's name. */
  void look() {
    Task known = task();
    see(executor.inspect(containerId().isEmpty() && known != null ? known.name() : containerId()));
  }

  /** Takes in what an inspection shows; empty when there is no container. */
  void see(Optional<ContainerDetails> found) {
    if (found.isEmpty()) {
      container.gone();
      return;
    }
    container.see(found.get());
    unrelated = found.get();
    relate();
  }

  /** Brings what was seen of the container together with the task, if both are there. */
  private void relate() {
    Task known = task();
    ContainerDetails details = unrelated;
    if (known == null || details == null) {
      return;
    }
    unrelated = null;
    if (container.alive()) {
      TaskStatus.PortStatus ports =
          new TaskStatus.PortStatus(
              BoundPorts.of(ContainerRequest.hostPorts(known), details.ports()));
      progress.reachedAt(executor.attachments(known, details), ports);
    }
  }

  /** Something about the task changed: take it further. */
  void reconcileSoon() {
    host.noted(this);
    changed.fire();
    if (!reconciling && !due && host.mayWork(true)) {
      due = true;
      host.begun();
      fibers.run(this::reconcile);
    }
  }

  /**
   * Only from here on the task looks for itself. One that is merely due has to be looked at when
   * the engine's list comes, or it would set out with a container that was never looked for.
   */
  private void reconcile() {
    due = false;
    reconciling = true;
    boolean moved = false;
    try {
      while (host.mayWork(assigned()) && steps.take(next())) {
        moved = true;
        host.noted(this);
      }
    } finally {
      host.noted(this);
      reconciling = false;
      host.rested(moved);
    }
  }
}
