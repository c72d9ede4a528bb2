package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * Swarm's ladder of task states. A task never moves down it. The order of the constants is the
 * ladder's; the same states serve as desired states (ready, running, complete, shutdown, remove).
 *
 * <p>Who moves a task out of a state: the orchestrator makes it NEW; the allocator moves it to
 * ALLOCATED, once it has its addresses; the placement to ASSIGNED, or to PENDING while no node can
 * take it; the node's agent through ACCEPTED, PREPARING, READY, STARTING, RUNNING to COMPLETE,
 * SHUTDOWN, FAILED or REJECTED; ORPHANED is the leader's, when the node is gone. What needs no wait
 * is done in one commit: most tasks are first seen ASSIGNED.
 */
public enum TaskState {
  NEW,
  ALLOCATED,
  PENDING,
  ASSIGNED,
  ACCEPTED,
  PREPARING,
  READY,
  STARTING,
  RUNNING,
  COMPLETE,
  SHUTDOWN,
  FAILED,
  REJECTED,
  REMOVE,
  ORPHANED;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The API's word for it. */
  @JsonValue
  public String text() {
    return text;
  }

  /** The state that {@code text} names. Throws IllegalArgumentException for any other text. */
  @JsonCreator
  public static TaskState parse(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** Whether a task in this observed state has ended: its container will never run (again). */
  public boolean ended() {
    return compareTo(RUNNING) > 0;
  }

  public boolean after(TaskState other) {
    return compareTo(other) > 0;
  }

  /** Who may move a task's observed state. */
  public enum Owner {
    /** Orchestrator, allocator and placement: everything before a node has the task. */
    LEADER,
    /** The agent of the node that the task is assigned to. */
    AGENT
  }

  /**
   * Whether {@code owner} may move a task from this observed state to {@code next}. Steps may be
   * skipped, never taken back; an ended task stays as it ended.
   */
  public boolean mayBecome(TaskState next, Owner owner) {
    if (!next.after(this) || ended()) {
      return false;
    }
    return switch (owner) {
      case LEADER -> next == ORPHANED ? !before(ASSIGNED) : !next.after(ASSIGNED);
      case AGENT -> !before(ASSIGNED) && !next.after(REJECTED);
    };
  }

  private boolean before(TaskState other) {
    return compareTo(other) < 0;
  }
}
