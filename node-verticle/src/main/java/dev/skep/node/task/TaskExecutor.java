package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerSummary;
import dev.skep.engine.ImageDetails;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.store.model.Task;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What can be done for a task on this node, one verb each: all that {@link ManagedTask} knows of
 * the engine, of networks, files and the ingress. It keeps no state of tasks, and decides nothing.
 *
 * <p>The calls wait, on the agent's context. They throw {@link EngineException} when the engine
 * refuses, {@link EngineUnavailableException} when nobody knows whether a call was carried out, and
 * {@link TaskRefusedException} when the task asks for what cannot be.
 */
public interface TaskExecutor {
  /** The containers of this node's tasks, in any phase. */
  List<ContainerSummary> containers();

  /** Sees to it that the task's image is there; gives the pull under way, without waiting. */
  ImageFetch fetch(Task task);

  /**
   * An image that is looked for, or pulled.
   *
   * @param done fails with what is thrown elsewhere
   * @param progress of the pull, in words; empty when nothing is being pulled
   */
  record ImageFetch(Future<ImageDetails> done, Supplier<Optional<String>> progress) {}

  /** Makes the task's networks, files and container. */
  Made create(Task task, ImageDetails image);

  /**
   * The task's container.
   *
   * @param found when it was there already, made by an earlier life of the agent; it may lack some
   *     of its networks
   */
  record Made(String containerId, @Nullable ContainerDetails found) {}

  /**
   * Starts the container.
   *
   * @param complete whether it is known to be on all its networks; else it joins what it lacks
   * @return whether others may connect to the task, so that its addresses belong to its start
   */
  boolean start(Task task, String containerId, boolean complete);

  /** Looks at a container, by its id or name; empty when there is none. */
  Optional<ContainerDetails> inspect(String container);

  /**
   * Looks at a container when the engine has nothing better to do.
   *
   * @param container asked when the time has come; empty when nobody wants to know any more
   */
  Optional<ContainerDetails> inspectWhenIdle(Supplier<String> container);

  /** The places on networks of a task whose container runs. */
  List<Task.NetworkAttachment> attachments(Task task, ContainerDetails details);

  /**
   * Stops new connections from outside to the task. Waits for the established ones to end, no
   * longer than the grace period.
   */
  void drain(Task task, Duration grace);

  /**
   * Sends the stop signal, and kills what is left after the grace period. A container that is gone
   * is no error.
   *
   * @param grace null for the one that the container was made with
   */
  void stop(String containerId, @Nullable Duration grace);

  /** Removes the container, killing it if it runs. One that is gone is no error. */
  void remove(String containerId);

  /** Removes what else was made for a task whose container is gone. */
  void clear(String taskId);
}
