package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.TaskStatus;

/**
 * What a task says that has to leave because its node does not meet its constraints any more. The
 * words are those of Swarm's constraint enforcer; unlike there the task is stopped before it counts
 * as ended, so that its replacement does not run beside it.
 */
public final class Enforcement {
  static final String ERROR = "assigned node no longer meets constraints";

  private static final String MESSAGE = "task rejected by constraint enforcer";

  private Enforcement() {}

  /** The status of a task that is told to leave. */
  static TaskStatus told(TaskStatus status) {
    return status.with(s -> s.message(MESSAGE).err(ERROR));
  }

  /** What its agent says of the task from now on, with the reason for which it ends. */
  public static TaskStatus kept(TaskStatus known, TaskStatus said) {
    boolean told = ERROR.equals(known.err());
    return told && (said.err() == null || said.err().isEmpty()) ? told(said) : said;
  }
}
