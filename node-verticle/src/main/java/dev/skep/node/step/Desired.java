package dev.skep.node.step;

import dev.skep.store.model.TaskState;

/**
 * What a task is to be brought to.
 *
 * @param assigned false once the leader no longer names the task: nothing of it may stay
 * @param dropsAtOnce whether stopping means killing (stop signal SIGKILL, or no grace period): then
 *     one forced removal stops and removes
 */
public record Desired(TaskState state, boolean assigned, boolean dropsAtOnce) {
  public boolean removal() {
    return !assigned || state == TaskState.REMOVE;
  }

  public boolean shutdown() {
    return state.after(TaskState.COMPLETE);
  }
}
