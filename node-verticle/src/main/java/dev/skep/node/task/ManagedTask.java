package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.Health;
import dev.skep.node.concurrent.Signal;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.StopRule;
import dev.skep.node.log.LoggedTask;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent knows of one task: what is wanted, what was reported, what is seen. Touched on the
 * agent's context only.
 */
final class ManagedTask implements LoggedTask {
  final String id;

  /** Null for a container that was found and that no assignment names. */
  @Nullable Task task;

  boolean assigned;

  /**
   * What the engine said of a container whose task is not known, so that its ports and its places
   * on networks are found once it is.
   */
  @Nullable ContainerDetails nameless;

  TaskStatus status;
  List<Task.NetworkAttachment> networks = List.of();
  Observed observed = Observed.ABSENT;

  /** The container's stop signal: the spec's or the image's. */
  String stopSignal = "";

  /** Whether the container's health is probed, so that it is running only when healthy. */
  boolean probed;

  /** What was last heard of its health; an event can come before the answer to the start. */
  Health heard = Health.NONE;

  /** Whether this life of the agent made the container, so that nothing of it is missing. */
  boolean complete;

  /** Whether the leader has taken a report of this life of the agent. */
  boolean acknowledged;

  boolean outOfMemory;
  String probeOutput = "";

  /** Whether reconciling it has been asked for and has not begun. */
  boolean due;

  /** Whether steps are being carried out right now. */
  boolean reconciling;

  /** Failed removals and stops in a row. */
  int troubles;

  /** Fires when anything here changed from outside its reconciling. */
  final Signal changed = new Signal();

  ManagedTask(String id, Instant now) {
    this.id = id;
    this.status = TaskStatus.of(now, TaskState.NEW, "");
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public boolean tty() {
    ContainerSpec spec = spec();
    return spec != null && Boolean.TRUE.equals(spec.tty());
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

  TaskState state() {
    return status.state();
  }

  Desired desired() {
    Task known = task;
    TaskState wanted = known == null ? TaskState.REMOVE : known.desiredState();
    return new Desired(wanted, assigned, dropsAtOnce());
  }

  /** Whether it is where it is wanted, or has ended; else it is on its way. */
  boolean awaited() {
    Task known = task;
    return state().ended() || known == null || !known.desiredState().after(state());
  }

  Step next() {
    return TaskStep.next(desired(), state(), observed);
  }

  private boolean dropsAtOnce() {
    ContainerSpec spec = spec();
    return StopRule.killsAtOnce(spec == null ? ContainerSpec.of("") : spec, stopSignal);
  }

  @Nullable ContainerSpec spec() {
    Task known = task;
    return known == null ? null : known.spec().containerSpec();
  }

  /** What to call the container by: its id when it is known, else its name. */
  String container() {
    String containerId = containerId();
    Task known = task;
    return containerId.isEmpty() && known != null ? known.name() : containerId;
  }

  @Override
  public String containerId() {
    return switch (observed) {
      case Observed.Absent _ -> "";
      case Observed.Created created -> created.containerId();
      case Observed.Alive alive -> alive.containerId();
      case Observed.Dead dead -> dead.containerId();
    };
  }

  /**
   * Takes in what an inspection shows. A container that ended never runs again, so an older view
   * does not undo its end; and one that was found unhealthy is on its way out, whatever its probe
   * says while it stops.
   */
  void see(ContainerDetails details) {
    Observed seen = Observed.of(details);
    if (observed instanceof Observed.Dead dead && dead.containerId().equals(details.id())) {
      // The events said more: an engine forgets that a container was unhealthy when it stops it.
      if (!(seen instanceof Observed.Dead again) || again.cause().isEmpty()) {
        return;
      }
    }
    stopSignal = details.stopSignal();
    probed = details.probed() || details.health() != Health.NONE;
    if (unhealthy() && seen instanceof Observed.Alive) {
      return;
    }
    if (unhealthy() && seen instanceof Observed.Dead dead && dead.cause().isEmpty()) {
      died(dead.containerId(), dead.exitCode());
      return;
    }
    probeOutput = details.probeOutput();
    observed = seen;
  }

  /** The container ended. */
  void died(String containerId, int exitCode) {
    observed =
        new Observed.Dead(
            containerId,
            exitCode,
            Observed.cause(exitCode, outOfMemory, unhealthy(), probeOutput, ""));
  }

  /** Whether its container runs and was found unhealthy. */
  private boolean unhealthy() {
    return observed instanceof Observed.Alive alive && alive.health() == Health.UNHEALTHY;
  }

  void health(Health health) {
    heard = health;
    if (observed instanceof Observed.Alive alive && !unhealthy()) {
      probed = true;
      observed = new Observed.Alive(alive.containerId(), alive.pid(), health);
    }
  }

  /** The container runs. */
  void started(String containerId) {
    Health health = !probed ? Health.NONE : heard == Health.NONE ? Health.STARTING : heard;
    observed = new Observed.Alive(containerId, 0, health);
  }

  /** Moves the task to a state. */
  void become(TaskState state, Instant now, @Nullable String message, @Nullable String err) {
    status = new TaskStatus(now, state, message, err, containerStatus(), status.portStatus());
  }

  TaskStatus.@Nullable ContainerStatus containerStatus() {
    return switch (observed) {
      case Observed.Absent _ -> status.containerStatus();
      case Observed.Created created -> new TaskStatus.ContainerStatus(created.containerId(), 0, 0);
      case Observed.Alive alive ->
          new TaskStatus.ContainerStatus(alive.containerId(), alive.pid(), 0);
      case Observed.Dead dead ->
          new TaskStatus.ContainerStatus(dead.containerId(), 0, dead.exitCode());
    };
  }

  /** Notes the ports that the engine bound on the host for this task. */
  void bound(Task known, ContainerDetails details) {
    status =
        status.withPortStatus(
            new TaskStatus.PortStatus(
                BoundPorts.of(ContainerRequest.hostPorts(known), details.ports())));
  }

  TaskReport report() {
    return new TaskReport(id, status, networks);
  }
}
