package dev.skep.node.task;

import dev.skep.node.log.LoggedTask;
import dev.skep.store.bus.message.AgentMessages.TaskReport;

/** Hears what becomes of this node's tasks, on the agent's context. */
public interface TaskListener {
  /**
   * The leader should hear this.
   *
   * @param awaited whether it is what is wanted of the task, or its end
   */
  void report(TaskReport report, boolean awaited);

  /** The leader knows how far the task is: what was to be reported need not be. */
  void known(String taskId);

  /** All tasks have come to rest for now. */
  void allRest();

  /** A task whose container had run has ended. */
  void ended(LoggedTask task);

  /** Nothing is left of the task on this node, and nobody will ask for it. */
  void forgotten(String taskId);

  /** The leader and the engine have both been heard, for the first time: leftovers may go. */
  void settled();
}
