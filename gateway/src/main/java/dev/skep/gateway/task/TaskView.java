package dev.skep.gateway.task;

import dev.skep.gateway.api.cluster.Unattended;
import dev.skep.gateway.service.PortErrors;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.ClusterState;
import java.util.List;

/** A task as clients see it. */
final class TaskView {
  private TaskView() {}

  /**
   * The task; while its node is not looked after, or a published port of its service is not
   * listened on somewhere, its error says so, because that is where users look for what is wrong.
   *
   * <p>Its attachments are those to networks of the swarm.
   */
  static Task of(Task task, ClusterState state) {
    return onSwarmNetworks(withErrors(task, state));
  }

  /**
   * Where a task is on no network of the swarm, the address that the routing mesh uses is not
   * shown: clients would take it for one that they reach.
   */
  private static Task onSwarmNetworks(Task task) {
    List<NetworkAttachment> attachments = task.networksAttachments();
    return attachments.stream().allMatch(attachment -> attachment.network() != null)
        ? task
        : task.withNetworksAttachments(
            attachments.stream().filter(attachment -> attachment.network() != null).toList());
  }

  private static Task withErrors(Task task, ClusterState state) {
    String err = task.status().err();
    if ((err != null && !err.isEmpty()) || task.desiredState() != TaskState.RUNNING) {
      return task;
    }
    List<String> errors =
        Unattended.why(task, state)
            .filter(why -> !why.isEmpty())
            .map(List::of)
            .or(() -> state.service(task.serviceId()).map(service -> PortErrors.of(service, state)))
            .orElse(List.of());
    return errors.isEmpty()
        ? task
        : task.withStatus(task.status().withErr(String.join("; ", errors)));
  }
}
