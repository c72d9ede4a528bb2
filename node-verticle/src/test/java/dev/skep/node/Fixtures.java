package dev.skep.node;

import dev.skep.store.model.ContainerSpec;
import dev.skep.store.model.Network;
import dev.skep.store.model.NetworkBuilder;
import dev.skep.store.model.NetworkNetworkSpecBuilder;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskSpec;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import java.time.Instant;
import java.util.Map;

/** Things that tests assign. */
final class Fixtures {
  static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  static final String IMAGE = "app:1";

  private Fixtures() {}

  static Task task(String id, String nodeId) {
    return task(id, nodeId, ContainerSpec.of(IMAGE));
  }

  static Task task(String id, String nodeId, ContainerSpec container) {
    return task(id, nodeId, TaskSpec.of(container));
  }

  static Task task(String id, String nodeId, TaskSpec spec) {
    return TaskBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(NOW)
        .updatedAt(NOW)
        .labels(Map.of())
        .spec(spec)
        .serviceId("svcid")
        .serviceName("web")
        .serviceLabels(Map.of("tier", "front", "com.example.x", "y"))
        .slot(1)
        .nodeId(nodeId)
        .status(TaskStatus.of(NOW, TaskState.ASSIGNED, "scheduler assigned task to node"))
        .desiredState(TaskState.RUNNING)
        .build();
  }

  static Network network(String id, String name) {
    return NetworkBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(
            NetworkNetworkSpecBuilder.builder().name(name).labels(Map.of()).scope("swarm").build())
        .build();
  }
}
