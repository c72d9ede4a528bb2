import dev.skep.store.state.Transaction;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Network;
import dev.skep.store.model.NetworkBuilder;
import dev.skep.store.model.NetworkNetworkSpecBuilder;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What swarmkit's scheduler benchmark creates: ready nodes without resources, every third one with a network plugin, and pending
 * tasks.
 *
 * @param services tasks are shared out among so many services, and reserve resources; 0: each task by itself, reserving nothing
 * @param constrained each task attaches to a network of that plugin, so that every third node fits
 */
record Workload(int nodes, int tasks, int services, boolean constrained) {
  private static final String PLUGIN = "network";
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

  /** One transaction with all of it. */
  Transaction transaction(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Transaction.Builder all = Transaction.at(AT);
    all.create(network());
    for (int i = 0; i < nodes; i++) {
      all.create(node(Ids.next(random), i));
    }
    TaskSpec spec = spec();
    for (int i = 0; i < tasks; i++) {
      int service = services == 0 ? i : i % services;
      all.create(
          TaskBuilder.builder()
              .id(Ids.next(random))
              .version(Version.NONE)
              .createdAt(AT)
              .updatedAt(AT)
              .spec(spec)
              .endpoint(ServiceSpec.EndpointSpec.NONE)
              .serviceId("service" + service)
              .serviceName("task" + service)
              .specVersion(services == 0 ? null : new Version(1))
              .slot(services == 0 ? 1 : i / services + 1)
              .status(TaskStatus.of(AT, TaskState.PENDING, "pending task scheduling"))
              .desiredState(TaskState.RUNNING)
              .build());
    }
    return all.build();
  }

  private TaskSpec spec() {
    TaskSpec spec = TaskSpec.of(ContainerSpec.of("web:1"));
    if (services > 0) {
      spec =
          spec.withResources(
              new Resources(null, new Resources.Reservations(1_000_000L, 4L << 20, List.of()), null, null));
    }
    return constrained
        ? spec.withNetworks(List.of(new TaskSpec.NetworkAttachmentConfig(PLUGIN, List.of(), Map.of())))
        : spec;
  }

  private static Network network() {
    return NetworkBuilder.builder()
        .id(PLUGIN)
        .version(Version.NONE)
        .createdAt(AT)
        .updatedAt(AT)
        .spec(NetworkNetworkSpecBuilder.builder().name(PLUGIN).driverConfiguration(new Driver(PLUGIN, Map.of())).build())
        .build();
  }

  private Node node(String id, int number) {
    boolean plugged = number % 3 == 0;
    Resources.Reservations has =
        services == 0 ? Resources.Reservations.NONE : new Resources.Reservations(64_000_000_000L, 256L << 30, List.of());
    return new Node(
        id,
        Version.NONE,
        AT,
        AT,
        new Node.NodeSpec(null, Map.of(), Node.NodeSpec.WORKER, Node.NodeSpec.ACTIVE),
        new NodeDescription(
            "name" + number,
            new NodeDescription.Platform("x86_64", "linux"),
            has,
            new NodeDescription.EngineDescription(
                "20.10.24", Map.of(), plugged ? List.of(new NodeDescription.Plugin("Network", PLUGIN)) : List.of()),
            null),
        new Node.NodeStatus(Node.NodeStatus.READY, null, "10.0.0.1"),
        null,
        null,
        null,
        List.of());
  }
}
