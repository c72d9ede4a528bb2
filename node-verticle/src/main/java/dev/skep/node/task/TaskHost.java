package dev.skep.node.task;

/** What a task asks of the agent around it. */
interface TaskHost {
  /**
   * Whether a task may be worked on: the engine was looked at, and either the leader names the task
   * or has said that it does not.
   */
  boolean mayWork(boolean assigned);

  /** Whether new containers may be made: the leader has spoken in this life of the agent. */
  boolean mayCreate();

  /** Waits a little, then until the engine is there; false when the agent ends meanwhile. */
  boolean awaitEngine();

  /** The task is due to be worked on. */
  void begun();

  /**
   * The task rests.
   *
   * @param moved whether anything was done for it
   */
  void rested(boolean moved);

  /** Something about the task changed. */
  void noted(ManagedTask task);

  /** The leader should hear how far the task is. */
  void report(ManagedTask task);

  /** The leader knows how far the task is. */
  void known(ManagedTask task);

  void ended(ManagedTask task);

  /** Nothing is left of the task on this node. */
  void forget(ManagedTask task);
}
