package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerPhase;
import dev.skep.engine.ContainerSummary;
import dev.skep.engine.EngineEvent;
import dev.skep.engine.Health;
import dev.skep.node.step.Observed;
import dev.skep.store.model.TaskStatus;
import org.jspecify.annotations.Nullable;

/** What is known of a task's container, put together from answers of the engine and its events. */
final class ContainerState {
  private Observed observed = Observed.ABSENT;

  /** The container's stop signal: the spec's or the image's. */
  private String stopSignal = "";

  /** Whether the container's health is probed, so that the task is running only when healthy. */
  private boolean probed;

  /** What was last heard of its health; an event can come before the answer to the start. */
  private Health heard = Health.NONE;

  private boolean outOfMemory;
  private String probeOutput = "";
  private boolean complete;

  Observed observed() {
    return observed;
  }

  String stopSignal() {
    return stopSignal;
  }

  /** Whether this life of the agent made the container, so that nothing of it is missing. */
  boolean complete() {
    return complete;
  }

  boolean absent() {
    return observed instanceof Observed.Absent;
  }

  boolean alive() {
    return observed instanceof Observed.Alive;
  }

  /** Whether it runs and nobody has asked for its process id yet. */
  boolean pidUnknown() {
    return observed instanceof Observed.Alive alive && alive.pid() == 0;
  }

  /** Its id; empty when there is none. */
  String id() {
    return switch (observed) {
      case Observed.Absent _ -> "";
      case Observed.Created created -> created.containerId();
      case Observed.Alive alive -> alive.containerId();
      case Observed.Dead dead -> dead.containerId();
    };
  }

  /** What the container is going to be made with. */
  void expect(String signal, boolean healthIsProbed) {
    stopSignal = signal;
    probed = healthIsProbed;
  }

  /** It was made just now. */
  void created(String containerId) {
    complete = true;
    if (absent()) {
      observed = new Observed.Created(containerId);
    }
  }

  /** It is on all its networks now, whoever made it. */
  void completed() {
    complete = true;
  }

  /** It runs. */
  void started(String containerId) {
    Health health = !probed ? Health.NONE : heard == Health.NONE ? Health.STARTING : heard;
    observed = new Observed.Alive(containerId, 0, health);
  }

  void health(Health health) {
    heard = health;
    if (observed instanceof Observed.Alive alive && !unhealthy()) {
      probed = true;
      observed = new Observed.Alive(alive.containerId(), alive.pid(), health);
    }
  }

  /** What an event asks for. */
  enum Reaction {
    NOTHING,
    /** What is known has changed. */
    RECONCILE,
    /** The event does not say all, so the container has to be looked at. */
    LOOK
  }

  /**
   * Takes in an event of a container that carries the task's id.
   *
   * @param ended whether the task has ended
   */
  Reaction take(EngineEvent event, boolean ended) {
    if (!absent() && !id().equals(event.actorId())) {
      return Reaction.NOTHING;
    }
    return switch (event.action()) {
      case "oom" -> {
        outOfMemory = true;
        yield Reaction.NOTHING;
      }
      case "start" -> startedByHand();
      case "die" -> died(event);
      case "destroy" -> destroyed(ended);
      case "health_status: healthy" -> {
        health(Health.HEALTHY);
        yield Reaction.RECONCILE;
      }
      case "health_status: unhealthy" -> Reaction.LOOK; // for what the probe said
      default -> Reaction.NOTHING;
    };
  }

  /** Somebody started it again after its end. Its task has ended, so it has to stop. */
  private Reaction startedByHand() {
    if (!(observed instanceof Observed.Dead dead)) {
      return Reaction.NOTHING;
    }
    started(dead.containerId());
    return Reaction.RECONCILE;
  }

  private Reaction died(EngineEvent event) {
    if (absent() || observed instanceof Observed.Dead) {
      return Reaction.NOTHING;
    }
    try {
      int exitCode = Integer.parseInt(event.attributes().getOrDefault("exitCode", "0"));
      died(event.actorId(), exitCode);
      return Reaction.RECONCILE;
    } catch (NumberFormatException e) {
      return Reaction.LOOK; // an exit code that is none
    }
  }

  /** How it ended is worth more than that it is gone, until that is reported. */
  private Reaction destroyed(boolean ended) {
    if (absent() || (!ended && observed instanceof Observed.Dead)) {
      return Reaction.NOTHING;
    }
    gone();
    return Reaction.RECONCILE;
  }

  /** Whether the engine's list says what is known already. */
  boolean agrees(ContainerSummary listed) {
    return id().equals(listed.id())
        && switch (observed) {
          case Observed.Alive _ -> listed.phase().alive() && !probed;
          case Observed.Dead _ -> !listed.phase().alive();
          case Observed.Created _ -> listed.phase() == ContainerPhase.CREATED;
          case Observed.Absent _ -> false;
        };
  }

  /** It ended. */
  void died(String containerId, int exitCode) {
    String cause = Observed.cause(exitCode, outOfMemory, unhealthy(), probeOutput, "");
    observed = new Observed.Dead(containerId, exitCode, cause);
  }

  /** There is none, any more or at all. */
  void gone() {
    observed = Observed.ABSENT;
  }

  /**
   * Takes in what an inspection shows. A container that ended never runs again, so an older view
   * does not undo its end. One that was found unhealthy is on its way out, whatever its probe says
   * while it stops.
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

  /** Whether it runs and was found unhealthy. */
  private boolean unhealthy() {
    return observed instanceof Observed.Alive alive && alive.health() == Health.UNHEALTHY;
  }

  /** What to report of it; {@code before} when it is gone. */
  TaskStatus.@Nullable ContainerStatus status(TaskStatus.@Nullable ContainerStatus before) {
    return switch (observed) {
      case Observed.Absent _ -> before;
      case Observed.Created created -> new TaskStatus.ContainerStatus(created.containerId(), 0, 0);
      case Observed.Alive alive ->
          new TaskStatus.ContainerStatus(alive.containerId(), alive.pid(), 0);
      case Observed.Dead dead ->
          new TaskStatus.ContainerStatus(dead.containerId(), 0, dead.exitCode());
    };
  }
}
