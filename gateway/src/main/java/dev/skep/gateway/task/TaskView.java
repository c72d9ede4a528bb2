package dev.skep.gateway.task;

import dev.skep.gateway.service.PortErrors;
import dev.skep.store.ClusterState;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.util.List;

/** A task as clients see it. */
final class TaskView {
  private TaskView() {}

  /**
   * The task; while a published port of its service is not listened on somewhere, its error says
   * so, because that is where users look for what is wrong.
   */
  static Task of(Task task, ClusterState state) {
    String err = task.status().err();
    if ((err != null && !err.isEmpty()) || task.desiredState() != TaskState.RUNNING) {
      return task;
    }
    List<String> errors =
        state
            .service(task.serviceId())
            .map(service -> PortErrors.of(service, state))
            .orElse(List.of());
    return errors.isEmpty()
        ? task
        : task.withStatus(task.status().withErr(String.join("; ", errors)));
  }
}
