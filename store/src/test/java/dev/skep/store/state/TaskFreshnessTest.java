package dev.skep.store.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TaskFreshnessTest {
  private static final TaskSpec TEMPLATE =
      TaskSpec.of(ContainerSpec.of("web:1")).withRuntime("container");

  @Test
  void a_task_made_from_the_present_template_is_up_to_date() {
    Service service = service(TEMPLATE);
    assertThat(TaskFreshness.of(service).upToDate(taskOf(service), (Node) null)).isTrue();
  }

  @Test
  void another_image_or_endpoint_or_a_forced_update_makes_it_stale() {
    Task task = taskOf(service(TEMPLATE));
    Service image = service(TEMPLATE.withContainerSpec(ContainerSpec.of("web:2")));
    Service forced = service(TEMPLATE.withForceUpdate(1));
    Service endpoint =
        image
            .withSpec(image.spec().withTaskTemplate(TEMPLATE))
            .with(s ->
                s.spec(
                    s.spec().withEndpointSpec(new ServiceSpec.EndpointSpec("dnsrr", List.of()))));
    assertThat(List.of(image, forced, endpoint))
        .allSatisfy(s -> assertThat(TaskFreshness.of(s).upToDate(task, (Node) null)).isFalse());
  }

  @Test
  void the_same_spec_version_decides_without_comparing() {
    Service service = service(TEMPLATE).withSpecVersion(new Version(7));
    Task task = taskOf(service).withSpec(TaskSpec.of(ContainerSpec.of("other")));
    assertThat(TaskFreshness.of(service).upToDate(task, (Node) null)).isTrue();
    assertThat(
            TaskFreshness.of(service.withSpecVersion(new Version(8))).upToDate(task, (Node) null))
        .isFalse();
  }

  @Test
  void a_new_placement_that_the_node_satisfies_replaces_nothing() {
    Task task = taskOf(service(TEMPLATE));
    Service here =
        service(
            TEMPLATE.withPlacement(
                new TaskSpec.Placement(List.of("node.role==worker"), List.of(), null, List.of())));
    Service elsewhere =
        service(
            TEMPLATE.withPlacement(
                new TaskSpec.Placement(List.of("node.role==manager"), List.of(), null, List.of())));
    assertThat(TaskFreshness.of(here).upToDate(task, node())).isTrue();
    assertThat(TaskFreshness.of(here).upToDate(task, (Node) null)).isFalse();
    assertThat(TaskFreshness.of(elsewhere).upToDate(task, node())).isFalse();
    Service apart =
        service(
            TEMPLATE.withPlacement(
                new TaskSpec.Placement(List.of("service.name!=db"), List.of(), null, List.of())));
    assertThat(TaskFreshness.of(apart).upToDate(task, node())).isFalse();
    assertThat(TaskFreshness.of(here).upToDate(taskOf(apart), node())).isFalse();
  }

  @Test
  void what_needs_no_new_container_replaces_no_live_task() {
    ContainerSpec container = Objects.requireNonNull(TEMPLATE.containerSpec());
    TaskSpec longer =
        TEMPLATE
            .withContainerSpec(container.withStopGracePeriod(60_000_000_000L))
            .withRestartPolicy(new TaskSpec.RestartPolicy("none", null, null, null));
    Task task = taskOf(service(TEMPLATE));
    assertThat(TaskFreshness.of(service(longer)).upToDate(task, node())).isTrue();
    assertThat(TaskFreshness.of(service(longer)).adapted(task.spec()))
        .isEqualTo(TaskFreshness.of(service(longer)).template());
    Task ended = task.withStatus(TaskStatus.of(Instant.EPOCH, TaskState.COMPLETE, "finished"));
    assertThat(TaskFreshness.of(service(longer)).upToDate(ended, node()))
        .as("it may be asked for again")
        .isFalse();
  }

  private static Service service(TaskSpec template) {
    return ServiceBuilder.builder()
        .id("s")
        .version(Version.NONE)
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(ServiceSpecBuilder.builder().name("web").taskTemplate(template).build())
        .build();
  }

  private static Task taskOf(Service service) {
    return TaskBuilder.builder()
        .id("t")
        .version(Version.NONE)
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(TaskFreshness.of(service).template())
        .endpoint(TaskFreshness.of(service).endpoint())
        .specVersion(service.specVersion())
        .serviceId(service.id())
        .nodeId("n1")
        .slot(1)
        .status(TaskStatus.of(Instant.EPOCH, TaskState.RUNNING, "started"))
        .desiredState(TaskState.RUNNING)
        .build();
  }

  private static Node node() {
    return new Node(
        "n1",
        Version.NONE,
        Instant.EPOCH,
        Instant.EPOCH,
        new Node.NodeSpec(null, Map.of(), "worker", "active"),
        new NodeDescription(
            "host-1",
            new NodeDescription.Platform("x86_64", "linux"),
            Resources.Reservations.NONE,
            new NodeDescription.EngineDescription("20.10", Map.of(), List.of()),
            null),
        new Node.NodeStatus("ready", null, "10.1.2.3"),
        null,
        null,
        null,
        List.of());
  }
}
