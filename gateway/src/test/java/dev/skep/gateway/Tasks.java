package dev.skep.gateway;

import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.state.TaskFreshness;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Tasks as the scheduler would make them. */
public final class Tasks {
  private static final Instant AT = Instant.parse("2026-11-21T03:00:00Z");

  private Tasks() {}

  public static Task of(Service service, String id, int slot, String nodeId, TaskState state) {
    TaskFreshness fresh = TaskFreshness.of(service);
    return TaskBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(AT)
        .updatedAt(AT)
        .labels(Map.of())
        .spec(fresh.template())
        .serviceId(service.id())
        .slot(slot)
        .nodeId(nodeId)
        .status(TaskStatus.of(AT, state, "started"))
        .desiredState(state.ended() ? TaskState.SHUTDOWN : TaskState.RUNNING)
        .networksAttachments(List.of())
        .assignedGenericResources(List.of())
        .specVersion(service.specVersion())
        .endpoint(fresh.endpoint())
        .serviceName(service.name())
        .serviceLabels(service.spec().labels())
        .restarts(List.of())
        .build();
  }

  public static Task failed(Service service, String id, int slot, String nodeId, String err) {
    Task task = of(service, id, slot, nodeId, TaskState.FAILED);
    return task.withStatus(task.status().withErr(err)).withCreatedAt(AT.minusSeconds(60));
  }
}
