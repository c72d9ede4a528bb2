package dev.skep.node.task;

import dev.skep.engine.EngineEvent;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.agent.Assignments;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.log.LoggedTask;
import dev.skep.store.model.Task;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All tasks of this node. Hands each what the leader and the engine say of it, and compares the
 * whole with the engine's containers when the engine comes back. Each task goes its own way ({@link
 * ManagedTask}).
 *
 * <p>Until the leader has spoken in this life of the agent, nothing is created and no container is
 * removed for want of an assignment: what runs goes on running.
 */
public final class TaskReconciler {
  private static final Logger LOG = LoggerFactory.getLogger(TaskReconciler.class);

  private static final Duration ENGINE_RETRY = Duration.ofMillis(500);

  private final String nodeId;
  private final Provisions provisions;
  private final TaskListener listener;
  private final Fibers fibers;
  private final ManagedTasks tasks;
  private final EngineComparison comparison;
  private final NodeTaskHost host;
  private boolean settled;

  /** Counts the looks at all containers: a newer one ends an older. */
  private int looks;

  public TaskReconciler(
      String nodeId,
      TaskExecutor executor,
      Provisions provisions,
      NamePublisher names,
      TaskListener listener,
      Fibers fibers,
      InstantSource clock) {
    this.nodeId = nodeId;
    this.provisions = provisions;
    this.listener = listener;
    this.fibers = fibers;
    this.host = new NodeTaskHost(names, listener, fibers, this::forget);
    this.tasks = new ManagedTasks(id -> new ManagedTask(id, executor, host, fibers, clock));
    this.comparison = new EngineComparison(executor, fibers, tasks);
  }

  // Assignments

  /**
   * Takes what an earlier life of the agent saved: enough to know its containers, not to make new
   * ones.
   */
  public void recall(Assignments saved) {
    provisions.replace(saved);
    saved.tasks().values().forEach(this::assign);
  }

  /**
   * Takes what the leader wants.
   *
   * @param changed ids of the tasks of which something is new; all are when it is {@code complete}
   */
  public void take(Assignments now, Set<String> changed, boolean complete) {
    provisions.replace(now);
    if (complete) {
      takeAll(now);
      return;
    }
    for (String id : changed) {
      Task task = now.tasks().get(id);
      if (task == null) {
        unassign(id);
      } else {
        assign(task).reconcileSoon();
      }
    }
  }

  private void takeAll(Assignments now) {
    for (ManagedTask managed : tasks.all()) {
      if (!now.tasks().containsKey(managed.id())) {
        managed.unassign();
      }
    }
    now.tasks().values().forEach(this::assign);
    if (host.leaderSpoke()) {
      LOG.atInfo()
          .addKeyValue("node", nodeId)
          .addKeyValue("tasks", now.tasks().size())
          .log("assignments received");
    }
    tasks.all().forEach(ManagedTask::reconcileSoon);
    checkSettled();
  }

  private void checkSettled() {
    if (!settled && host.settled()) {
      settled = true;
      listener.settled();
    }
  }

  private ManagedTask assign(Task task) {
    ManagedTask managed = tasks.findOrAdd(task.id());
    managed.assign(task);
    return managed;
  }

  /** The leader has taken reports of these tasks. */
  public void acknowledge(List<String> ids) {
    ids.forEach(id -> tasks.find(id).ifPresent(ManagedTask::acknowledge));
  }

  /** The leader does not know these tasks. */
  public void unassign(List<String> ids) {
    ids.forEach(this::unassign);
  }

  private void unassign(String id) {
    tasks
        .find(id)
        .ifPresent(managed -> {
          managed.unassign();
          managed.reconcileSoon();
        });
  }

  private void forget(ManagedTask managed) {
    tasks.remove(managed);
    listener.forgotten(managed.id());
  }

  /** The tasks that this node knows of. */
  public Set<String> taskIds() {
    return tasks.ids();
  }

  Optional<ManagedTask> find(String taskId) {
    return tasks.find(taskId);
  }

  /** The task as far as logs go; null when this node knows none of that id. */
  public @Nullable LoggedTask logged(String taskId) {
    return tasks.find(taskId).orElse(null);
  }

  // The engine

  /**
   * The engine's event stream is open: it tells what happens from now on, and what happened before
   * is looked up.
   */
  public void engineConnected() {
    host.engineConnected();
    fibers.run(this::lookAtAll);
  }

  public void engineLost() {
    host.engineLost();
  }

  public void engineEvent(EngineEvent event) {
    tasks
        .find(event.attributes().getOrDefault(ContainerRequest.TASK_LABEL, ""))
        .ifPresent(managed -> managed.engineEvent(event));
  }

  /** Brings what is known of containers in line with what the engine has. */
  private void lookAtAll() {
    int own = ++looks;
    while (host.engineUp() && own == looks) {
      try {
        int found = comparison.compare();
        host.looked();
        LOG.atInfo()
            .addKeyValue("node", nodeId)
            .addKeyValue("containers", found)
            .log("reconciled with the engine");
        tasks.all().forEach(ManagedTask::reconcileSoon);
        checkSettled();
        return;
      } catch (EngineUnavailableException | EngineException e) {
        LOG.atWarn()
            .addKeyValue("node", nodeId)
            .addKeyValue("cause", e.getMessage())
            .log("cannot look at the engine's containers; trying again");
        fibers.pause(ENGINE_RETRY);
      }
    }
  }

  /** How many tasks are being worked on right now. */
  public int inProgress() {
    return host.inProgress();
  }

  /** Stops reconciling; containers stay as they are. */
  public void close() {
    host.close();
    tasks.all().forEach(managed -> managed.changed().fire());
  }
}
