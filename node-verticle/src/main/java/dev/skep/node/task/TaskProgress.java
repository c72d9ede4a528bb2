package dev.skep.node.task;

import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.json.OneLine;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far a task is, as the leader is told. */
final class TaskProgress {
  private final String taskId;
  private TaskStatus status;
  private List<Task.NetworkAttachment> networks = List.of();

  /** Whether the leader has taken a report of this life of the agent. */
  private boolean acknowledged;

  TaskProgress(String taskId, Instant now) {
    this.taskId = taskId;
    this.status = TaskStatus.of(now, TaskState.NEW, "");
  }

  TaskState state() {
    return status.state();
  }

  @Nullable String message() {
    return status.message();
  }

  List<Task.NetworkAttachment> networks() {
    return networks;
  }

  TaskReport report() {
    return new TaskReport(taskId, status, networks);
  }

  void acknowledge() {
    acknowledged = true;
  }

  /**
   * Takes the leader's word for how far the task is, where it knows as much as this node or more.
   *
   * @return whether it does
   */
  boolean takeFrom(Task task) {
    TaskState leaders = task.status().state();
    if (!leaders.after(state()) && !(leaders == state() && !acknowledged)) {
      return false;
    }
    status = task.status();
    if (networks.isEmpty()) {
      networks = task.networksAttachments();
    }
    return true;
  }

  /** Moves the task to a state. */
  void become(
      TaskState state,
      Instant now,
      @Nullable String message,
      @Nullable String err,
      ContainerState container) {
    TaskStatus.ContainerStatus of = container.status(status.containerStatus());
    status = new TaskStatus(now, state, message, err, of, status.portStatus());
  }

  /** Changes the message alone; false when it says so already. */
  boolean say(@Nullable String message) {
    if (Objects.equals(message == null ? null : OneLine.of(message), status.message())) {
      return false;
    }
    status = status.withMessage(message);
    return true;
  }

  /** Notes the process of a container that runs; false when it was known. */
  boolean runsAs(int pid, ContainerState container) {
    TaskStatus.ContainerStatus known = status.containerStatus();
    if (known != null && known.pid() == pid) {
      return false;
    }
    status = status.withContainerStatus(container.status(known));
    return true;
  }

  /** Notes where the task is reached: its places on networks, its ports on the host. */
  void reachedAt(List<Task.NetworkAttachment> attachments, TaskStatus.PortStatus ports) {
    networks = attachments;
    status = status.withPortStatus(ports);
  }
}
