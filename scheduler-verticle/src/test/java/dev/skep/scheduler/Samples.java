package dev.skep.scheduler;

import dev.skep.store.model.Cluster;
import dev.skep.store.model.ClusterBuilder;
import dev.skep.store.model.ClusterClusterSpecBuilder;
import dev.skep.store.model.Network;
import dev.skep.store.model.NetworkNetworkSpecBuilder;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Objects for tests. */
public final class Samples {
  public static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  public static final long SECOND = 1_000_000_000L;

  private Samples() {}

  /** A cluster whose nodes send heartbeats that often. */
  public static Cluster cluster(long heartbeatNanos, long history) {
    return ClusterBuilder.builder()
        .id("cluster")
        .version(Version.NONE)
        .createdAt(T0)
        .updatedAt(T0)
        .spec(
            ClusterClusterSpecBuilder.builder()
                .name("default")
                .dispatcher(new Cluster.Dispatcher(heartbeatNanos))
                .orchestration(new Cluster.Orchestration(history))
                .build())
        .build();
  }

  public static Node node(String id) {
    return node(id, Map.of());
  }

  public static Node node(String id, Map<String, String> labels) {
    return new Node(
        id,
        Version.NONE,
        T0,
        T0,
        new Node.NodeSpec(null, labels, Node.NodeSpec.WORKER, Node.NodeSpec.ACTIVE),
        description("host-" + id),
        new Node.NodeStatus(Node.NodeStatus.READY, null, "10.0.0.1"),
        null,
        null,
        null,
        List.of());
  }

  public static NodeDescription description(String hostname) {
    return new NodeDescription(
        hostname,
        new NodeDescription.Platform("x86_64", "linux"),
        new Resources.Reservations(4_000_000_000L, 8L << 30, List.of()),
        new NodeDescription.EngineDescription("20.10.24", Map.of(), List.of()),
        null);
  }

  /** A network of the driver overlay; {@code subnet} is the user's, or absent. */
  public static Network network(String id, @Nullable String subnet) {
    List<Network.IpamConfig> pools =
        subnet == null ? List.of() : List.of(new Network.IpamConfig(subnet, null, null, Map.of()));
    return new Network(
        id,
        Version.NONE,
        T0,
        T0,
        NetworkNetworkSpecBuilder.builder()
            .name("net-" + id)
            .labels(Map.of())
            .driverConfiguration(new Driver("overlay", Map.of()))
            .ipamOptions(new Network.IpamOptions(new Driver("default", Map.of()), pools))
            .scope("swarm")
            .build(),
        null,
        null);
  }

  /** The spec with its tasks on the networks. */
  public static ServiceSpec on(ServiceSpec spec, String... networks) {
    return spec.withTaskTemplate(on(spec.taskTemplate(), networks));
  }

  /** The template on the networks. */
  public static TaskSpec on(TaskSpec template, String... networks) {
    return template.withNetworks(
        Arrays.stream(networks)
            .map(id -> new TaskSpec.NetworkAttachmentConfig(id, List.of(), Map.of()))
            .toList());
  }

  public static TaskSpec template(String image) {
    return TaskSpec.of(ContainerSpec.of(image))
        .withRestartPolicy(new TaskSpec.RestartPolicy("any", 0L, null, null));
  }

  public static ServiceSpec spec(String name, long replicas) {
    return ServiceSpecBuilder.builder()
        .name(name)
        .mode(ServiceSpec.Mode.replicated(replicas))
        .taskTemplate(template("web:1"))
        .build();
  }

  public static Service service(String id, ServiceSpec spec) {
    return ServiceBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(T0)
        .updatedAt(T0)
        .spec(spec)
        .build();
  }
}
