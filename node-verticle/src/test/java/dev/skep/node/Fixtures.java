package dev.skep.node;

import dev.skep.store.model.Config;
import dev.skep.store.model.ConfigBuilder;
import dev.skep.store.model.ConfigConfigSpecBuilder;
import dev.skep.store.model.Network;
import dev.skep.store.model.NetworkBuilder;
import dev.skep.store.model.NetworkNetworkSpecBuilder;
import dev.skep.store.model.Secret;
import dev.skep.store.model.SecretBuilder;
import dev.skep.store.model.SecretSecretSpecBuilder;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.TaskSpec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/** Things that tests assign. */
public final class Fixtures {
  public static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  public static final String IMAGE = "app:1";

  private Fixtures() {}

  public static Task task(String id, String nodeId) {
    return task(id, nodeId, ContainerSpec.of(IMAGE));
  }

  public static Task task(String id, String nodeId, ContainerSpec container) {
    return task(id, nodeId, TaskSpec.of(container));
  }

  public static Task task(String id, String nodeId, TaskSpec spec) {
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

  public static Network network(String id, String name) {
    return NetworkBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(
            NetworkNetworkSpecBuilder.builder().name(name).labels(Map.of()).scope("swarm").build())
        .build();
  }

  public static Network predefined(String id, String name) {
    Network network = network(id, name);
    return network.withSpec(network.spec().withLabels(Map.of(Network.PREDEFINED_LABEL, "true")));
  }

  public static Secret secret(String id, String content) {
    return SecretBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(
            SecretSecretSpecBuilder.builder()
                .name(id)
                .labels(Map.of())
                .data(new Sensitive(base64(content)))
                .build())
        .build();
  }

  public static Config config(String id, String content) {
    return ConfigBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(
            ConfigConfigSpecBuilder.builder()
                .name(id)
                .labels(Map.of())
                .data(base64(content))
                .build())
        .build();
  }

  private static String base64(String content) {
    return Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8));
  }
}
