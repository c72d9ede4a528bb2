package dev.skep.scheduler.place;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.NodeDescription.Platform;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.state.Change;
import dev.skep.store.state.Commit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static ServiceSpec spec(String name, long replicas, Placement placement) {
    return Samples.spec(name, replicas)
        .withTaskTemplate(Samples.template("web:1").withPlacement(placement));
  }

  private static Placement on(String... constraints) {
    return new Placement(List.of(constraints), List.of(), null, List.of());
  }

  private static Harness create(Harness harness, ServiceSpec spec) {
    return harness.create(Samples.service("id-" + spec.name(), spec)).pass();
  }

  private static String err(Harness harness) {
    return String.valueOf(harness.wanted().getFirst().status().err());
  }

  @Test
  void spreads_tasks_over_the_nodes() {
    Harness harness = create(Harness.withNodes(3), Samples.spec("web", 7));
    assertThat(harness.spread().values()).containsExactlyInAnyOrder(3, 2, 2);
  }

  @Test
  void prefers_the_node_with_fewer_tasks_of_the_service() {
    Harness harness = Harness.withNodes(2);
    create(harness, spec("other", 4, on("node.id==n1")));
    create(harness, Samples.spec("web", 2));
    assertThat(harness.wanted().stream().filter(t -> t.serviceId().equals("id-web")))
        .extracting(Task::nodeId)
        .containsExactlyInAnyOrder("n1", "n2");
  }

  @Test
  void prefers_the_node_with_fewer_tasks_in_all_where_the_service_has_as_many() {
    Harness harness = Harness.withNodes(2);
    create(harness, spec("other", 4, on("node.id==n1")));
    create(harness, Samples.spec("web", 1));
    assertThat(harness.wanted().getLast().nodeId()).isEqualTo("n2");
  }

  @Test
  void a_pending_task_says_why_in_swarms_words() {
    Harness harness = Harness.withNodes(4);
    harness.availability("n1", NodeSpec.PAUSE);
    harness.nodeState("n2", NodeStatus.DOWN);
    create(harness, spec("web", 1, on("node.labels.disk==ssd")));
    Task task = harness.wanted().getFirst();
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
    assertThat(task.status().message()).isEqualTo("pending task scheduling");
    assertThat(task.status().err())
        .isEqualTo(
            "no suitable node (2 nodes not available for new tasks; "
                + "scheduling constraints not satisfied on 2 nodes)");
  }

  @Test
  void without_any_node_there_is_no_suitable_one() {
    assertThat(err(create(Harness.withNodes(0), Samples.spec("web", 1))))
        .isEqualTo("no suitable node");
  }

  @Test
  void a_pending_task_is_placed_when_a_node_fits() {
    Harness harness = Harness.withNodes(1);
    create(harness, spec("web", 1, on("node.labels.disk==ssd")));
    assertThat(err(harness))
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 1 node)");
    harness.node("n1", n -> n.withSpec(n.spec().withLabels(Map.of("disk", "ssd")))).pass();
    assertThat(harness.wanted().getFirst().state()).isEqualTo(TaskState.ASSIGNED);
    assertThat(harness.wanted().getFirst().status().err()).isNull();
  }

  @Test
  void sets_reserved_resources_aside() {
    TaskSpec template =
        Samples.template("web:1")
            .withResources(
                new Resources(
                    null, new Reservations(1_500_000_000L, 1L << 30, List.of()), null, null));
    Harness harness =
        create(Harness.withNodes(2), Samples.spec("web", 5).withTaskTemplate(template));
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 2, "n2", 2, "", 1));
    assertThat(harness.wanted().stream().filter(t -> t.nodeId().isEmpty()))
        .extracting(t -> t.status().err())
        .containsExactly("no suitable node (insufficient resources on 2 nodes)");
  }

  @Test
  void keeps_to_the_most_replicas_on_a_node() {
    Harness harness =
        create(
            Harness.withNodes(2),
            spec("web", 3, new Placement(List.of(), List.of(), 1L, List.of())));
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1, "", 1));
    assertThat(harness.wanted())
        .extracting(t -> String.valueOf(t.status().err()))
        .contains("no suitable node (max replicas per node limit exceed)");
  }

  @Test
  void gives_a_host_mode_port_once_on_a_node() {
    PortConfig port = new PortConfig(null, "tcp", 80, 8080, "host");
    Harness harness =
        create(
            Harness.withNodes(2),
            Samples.spec("web", 3).withEndpointSpec(new EndpointSpec("dnsrr", List.of(port))));
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1, "", 1));
    assertThat(harness.wanted())
        .extracting(t -> String.valueOf(t.status().err()))
        .contains("no suitable node (host-mode port already in use on 2 nodes)");
  }

  @Test
  void asks_for_the_images_platform() {
    Placement arm =
        new Placement(List.of(), List.of(), null, List.of(new Platform("aarch64", "linux")));
    Placement amd =
        new Placement(
            List.of(),
            List.of(),
            null,
            List.of(new Platform("arm64", "linux"), new Platform("amd64", "linux")));
    assertThat(err(create(Harness.withNodes(1), spec("web", 1, arm))))
        .isEqualTo("no suitable node (unsupported platform on 1 node)");
    assertThat(create(Harness.withNodes(1), spec("web", 1, amd)).spread()).containsOnlyKeys("n1");
  }

  @Test
  void a_missing_volume_driver_is_a_missing_plugin() {
    TaskSpec template = Samples.template("web:1");
    dev.skep.store.model.spec.Mount mount =
        dev.skep.store.model.json.Json.readStored(
            """
            {"Type":"volume","Source":"v","Target":"/v",
             "VolumeOptions":{"DriverConfig":{"Name":"nfs"}}}
            """
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
            dev.skep.store.model.spec.Mount.class);
    ServiceSpec spec =
        Samples.spec("web", 1)
            .withTaskTemplate(
                template.withContainerSpec(
                    java.util.Objects.requireNonNull(template.containerSpec())
                        .withMounts(List.of(mount))));
    assertThat(err(create(Harness.withNodes(1), spec)))
        .isEqualTo("no suitable node (missing plugin on 1 node)");
  }

  @Test
  void a_node_where_the_service_keeps_failing_comes_last() {
    Harness harness = create(Harness.withNodes(2), spec("web", 1, on("node.id==n1")));
    Task task = harness.wanted().getFirst();
    Fleet fleet = Fleet.of(harness.state());
    Task failed = task.withStatus(task.status().withState(TaskState.FAILED));
    for (int i = 0; i < 5; i++) {
      fleet.change(task, failed, harness.now());
      fleet.change(failed, task, harness.now());
    }
    fleet.change(task, failed, harness.now());
    Task next =
        task.with(t ->
            t.id("next")
                .nodeId("")
                .spec(Samples.template("web:1"))
                .status(task.status().withState(TaskState.PENDING)));
    Placement0 choice = new Placement0(fleet);
    assertThat(choice.nodeOf(next, harness.now())).isEqualTo("n2");
    fleet.put(
        harness.state().node("n2").orElseThrow().withStatus(new NodeStatus("down", null, null)));
    assertThat(choice.nodeOf(next.withId("other"), harness.now())).isEqualTo("n1");
    fleet.put(harness.state().node("n2").orElseThrow());
    assertThat(choice.nodeOf(next.withId("later"), harness.now().plus(Duration.ofMinutes(6))))
        .isIn("n1", "n2");
  }

  @Test
  void more_shapes_than_are_kept_are_placed_as_well() {
    Harness harness = create(Harness.withNodes(4), Samples.spec("web", 1));
    Task like = harness.wanted().getFirst();
    Fleet fleet = Fleet.of(harness.state());
    Placement0 choice = new Placement0(fleet);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < Fleet.MAX_SHAPES + 10; i++) {
        String id = "r" + round + "-" + i;
        TaskSpec spec =
            Samples.template("web:1")
                .withPlacement(on("node.labels.no" + i + "!=x", "node.id!=n4"));
        Task task =
            like.with(t ->
                t.id(id)
                    .serviceId(id)
                    .nodeId("")
                    .spec(spec)
                    .status(like.status().withState(TaskState.PENDING)));
        choice.nodeOf(task, harness.now());
      }
    }
    int placed = 2 * (Fleet.MAX_SHAPES + 10) + 1;
    assertThat(fleet.loads())
        .extracting(NodeLoad::tasks)
        .allMatch(tasks -> tasks == 0 || Math.abs(tasks - placed / 3) <= 1)
        .contains(0);
  }

  @Test
  void a_missing_network_driver_is_a_missing_plugin() {
    Harness harness = Harness.withNodes(2);
    harness.node(
        "n2",
        n ->
            n.withDescription(
                n.description()
                    .withEngine(
                        new dev.skep.store.model.NodeDescription.EngineDescription(
                            "20.10.24",
                            Map.of(),
                            List.of(
                                new dev.skep.store.model.NodeDescription.Plugin(
                                    "Network", "weave:latest"))))));
    for (String driver : List.of("weave", "overlay")) {
      harness.create(
          dev.skep.store.model.NetworkBuilder.builder()
              .id(driver)
              .version(dev.skep.store.model.Version.NONE)
              .createdAt(Samples.T0)
              .updatedAt(Samples.T0)
              .spec(
                  dev.skep.store.model.NetworkNetworkSpecBuilder.builder()
                      .name(driver)
                      .driverConfiguration(new dev.skep.store.model.spec.Driver(driver, Map.of()))
                      .build())
              .build());
    }
    create(harness, attached("web", 2, "weave"));
    create(harness, attached("own", 2, "overlay"));
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 3));
    assertThat(err(create(harness.availability("n2", NodeSpec.DRAIN), attached("a", 1, "weave"))))
        .isEqualTo(
            "no suitable node (1 node not available for new tasks; missing plugin on 1 node)");
  }

  private static ServiceSpec attached(String name, long replicas, String network) {
    return Samples.spec(name, replicas)
        .withTaskTemplate(
            Samples.template("web:1")
                .withNetworks(
                    List.of(new TaskSpec.NetworkAttachmentConfig(network, List.of(), Map.of()))));
  }

  /** Places one task. */
  private record Placement0(Fleet fleet) {
    String nodeOf(Task task, java.time.Instant now) {
      return new dev.skep.scheduler.place.Placement(fleet, now)
          .place(List.of(task))
          .placed()
          .getFirst()
          .nodeId();
    }
  }

  @Test
  void a_fleet_that_follows_commits_equals_one_that_counts_anew() {
    Harness harness = create(Harness.withNodes(3), Samples.spec("web", 5));
    Fleet fleet = Fleet.of(harness.state());
    Task task = harness.wanted().getFirst();
    Task ended = task.withStatus(task.status().withState(TaskState.FAILED));
    dev.skep.store.state.ClusterState before = harness.state();
    Commit commit =
        before.apply(
            dev.skep.store.state.Transaction.at(harness.now())
                .update(ended)
                .delete(harness.wanted().getLast())
                .delete(before.node("n2").orElseThrow())
                .build(),
            before.index() + 1);
    assertThat(commit.changes()).hasAtLeastOneElementOfType(Change.Deleted.class);
    fleet.apply(commit, false);
    assertThat(fleet.facts()).isEqualTo(Fleet.of(commit.state()).facts());
  }
}
