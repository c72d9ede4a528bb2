package dev.skep.node.step;

import dev.skep.store.model.TaskState;
import org.jspecify.annotations.Nullable;

/** The one thing to do next for a task. */
public sealed interface Step {
  Step REST = new Rest();
  Step PREPARE = new Prepare();
  Step FORGET = new Forget();

  /** Nothing, until something changes. */
  record Rest() implements Step {}

  /** Report that the task is one rung further up. */
  record Advance(TaskState to, String message) implements Step {}

  /**
   * Report that the task has ended.
   *
   * @param message null keeps the last one, as Swarm does when a task fails
   */
  record End(TaskState as, @Nullable String message, @Nullable String err) implements Step {}

  /** Fetch the image, make networks and files, create the container. */
  record Prepare() implements Step {}

  record Start(String containerId) implements Step {}

  /** Let connections end, send the stop signal, wait out the grace period. */
  record Stop(String containerId) implements Step {}

  /** Remove the container, killing it if it runs. */
  record Remove(String containerId) implements Step {}

  /** The task is gone from this node. */
  record Forget() implements Step {}
}
