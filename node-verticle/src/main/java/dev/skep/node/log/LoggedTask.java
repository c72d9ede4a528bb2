package dev.skep.node.log;

import dev.skep.node.concurrent.Signal;

/** What logs need to know of a task; on the agent's context only. */
public interface LoggedTask {
  String id();

  /** The id of its container; empty while none is known. */
  String containerId();

  /** Whether its container has a terminal, so that its log is one plain stream. */
  boolean tty();

  /** Whether the task has ended, so that no other container will come. */
  boolean ended();

  /** Whether the leader still names it. */
  boolean assigned();

  /** Whether the leader still names it and does not want it removed. */
  boolean wanted();

  /** Fires when something about the task changed. */
  Signal changed();
}
