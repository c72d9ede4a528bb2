package dev.skep.store;

import dev.skep.store.model.Config;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.NodeBuilder;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.NodeDescription.EngineDescription;
import dev.skep.store.model.NodeDescription.Platform;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Secret.SecretSpec;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Small objects for tests. */
public final class Samples {
  public static final Instant AT = Instant.parse("2026-03-04T05:06:07.000000089Z");
  public static final Instant LATER = Instant.parse("2026-03-04T06:00:00Z");

  private Samples() {}

  public static Service service(String id, String name) {
    return ServiceBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(
            ServiceSpecBuilder.builder()
                .name(name)
                .taskTemplate(TaskSpec.of(ContainerSpec.of("nginx:1")))
                .mode(Mode.replicated(1))
                .build())
        .build();
  }

  public static Service renamed(Service service, String name) {
    return service.withSpec(service.spec().withName(name));
  }

  public static Task task(String id, String serviceId, int slot, String nodeId) {
    return TaskBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(TaskSpec.of(ContainerSpec.of("nginx:1")))
        .serviceId(serviceId)
        .serviceName("web")
        .slot(slot)
        .nodeId(nodeId)
        .status(TaskStatus.of(AT, TaskState.NEW, "created"))
        .desiredState(TaskState.RUNNING)
        .build();
  }

  public static Secret secret(String id, String name, String data) {
    return new Secret(
        id,
        Version.NONE,
        Instant.EPOCH,
        Instant.EPOCH,
        new SecretSpec(name, Map.of(), new Sensitive(data), null, null));
  }

  /**
   * @param data as it is stored
   */
  public static Config config(String id, String name, String data) {
    return new Config(id, Version.NONE, AT, AT, new Config.ConfigSpec(name, Map.of(), data, null));
  }

  public static Node node(String id, String hostname) {
    return NodeBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(new NodeSpec(null, Map.of(), NodeSpec.WORKER, NodeSpec.ACTIVE))
        .description(
            new NodeDescription(
                hostname,
                new Platform("x86_64", "linux"),
                new Reservations(4_000_000_000L, 8_000_000_000L, List.of()),
                new EngineDescription("28.2.2", Map.of(), List.of()),
                null))
        .status(new NodeStatus(NodeStatus.READY, null, "127.0.0.2"))
        .build();
  }
}
