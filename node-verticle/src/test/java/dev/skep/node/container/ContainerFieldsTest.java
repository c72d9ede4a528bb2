package dev.skep.node.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.engine.http.ApiVersion;
import dev.skep.store.ServiceFields;
import dev.skep.store.ServiceFields.Field;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every field of the API's schema that is about the container is in what the engine is asked for.
 */
class ContainerFieldsTest {
  private static final NodeFacts NODE = new NodeFacts("node1", "host1", "linux", "x86_64");

  /** What others than the container's request see to, by the beginning of the path. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          // The scheduler.
          "TaskTemplate.Placement",
          "TaskTemplate.RestartPolicy",
          "TaskTemplate.Resources.Reservations",
          "TaskTemplate.ForceUpdate",
          "TaskTemplate.Runtime",
          "EndpointSpec.Mode",
          "EndpointSpec.Ports[].Name",
          // TaskFiles, and a bind mount for each file.
          "TaskTemplate.ContainerSpec.Secrets",
          "TaskTemplate.ContainerSpec.Configs",
          // The agent, which makes the network.
          "TaskTemplate.Networks[].Target");

  /** How a sample looks to the engine where it does not look as it did to the API. */
  private static final Map<String, String> SEEN =
      Map.ofEntries(
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.SELinuxContext.Disable", "label=disable"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.SELinuxContext.User", "label=user:sample"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.SELinuxContext.Role", "label=role:sample"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.SELinuxContext.Type", "label=type:sample"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.SELinuxContext.Level", "label=level:sample"),
          Map.entry("TaskTemplate.ContainerSpec.Privileges.Seccomp.Mode", "seccomp=unconfined"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.Seccomp.Profile", "seccomp={\\\"a\\\":1}"),
          Map.entry("TaskTemplate.ContainerSpec.Privileges.AppArmor.Mode", "apparmor=unconfined"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.NoNewPrivileges", "no-new-privileges=true"),
          Map.entry("TaskTemplate.ContainerSpec.TTY", "\"Tty\":true"),
          Map.entry("TaskTemplate.ContainerSpec.OpenStdin", "\"OpenStdin\":true"),
          Map.entry("TaskTemplate.ContainerSpec.ReadOnly", "\"ReadonlyRootfs\":true"),
          Map.entry("TaskTemplate.ContainerSpec.Init", "\"Init\":true"),
          Map.entry("TaskTemplate.ContainerSpec.StopGracePeriod", "\"StopTimeout\":7"),
          Map.entry("TaskTemplate.ContainerSpec.Hosts[]", "sample-host:10.9.8.7"),
          Map.entry("TaskTemplate.ContainerSpec.Command[]", "\"Entrypoint\":[\"sample\"]"),
          Map.entry("TaskTemplate.ContainerSpec.Args[]", "\"Cmd\":[\"sample\"]"),
          Map.entry("TaskTemplate.Resources.Limits.NanoCPUs", "\"NanoCpus\":1234567890"),
          Map.entry("TaskTemplate.Resources.Limits.MemoryBytes", "\"Memory\":12345678"),
          Map.entry("TaskTemplate.Resources.Limits.Pids", "\"PidsLimit\":77"),
          Map.entry("TaskTemplate.Resources.SwapBytes", "\"MemorySwap\":" + (8388608 + 77)),
          Map.entry("EndpointSpec.Ports[].TargetPort", "\"77/tcp\""),
          Map.entry("EndpointSpec.Ports[].PublishedPort", "\"HostPort\":\"77\""),
          Map.entry("EndpointSpec.Ports[].Protocol", "\"80/udp\""),
          Map.entry("EndpointSpec.Ports[].PublishMode", "\"PortBindings\""));

  static List<Field> fields() {
    return ServiceFields.all().stream()
        .filter(field -> field.refusal().isEmpty())
        .filter(field -> ELSEWHERE.stream().noneMatch(field.path()::startsWith))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("fields")
  void arrives(Field field) throws JsonProcessingException {
    String name = field.path().substring(field.path().lastIndexOf('.') + 1);
    String plain =
        field.value().isBoolean() || field.value().isNumber()
            ? "\"" + name + "\":" + field.value()
            : field.value().toString();
    String seen = SEEN.getOrDefault(field.path(), plain);
    assertThat(request(field.spec())).contains(seen);
    if (!field.path().equals("EndpointSpec.Ports[].PublishMode")) {
      assertThat(request(ServiceFields.without(field)))
          .as("it is the field that brings it")
          .doesNotContain(seen);
    }
  }

  private static String request(JsonNode json) throws JsonProcessingException {
    ServiceSpec spec = Json.apiReader(ServiceSpec.class).readValue(json.toString());
    Task task =
        TaskBuilder.builder()
            .id("task1")
            .version(Version.NONE)
            .createdAt(Instant.EPOCH)
            .updatedAt(Instant.EPOCH)
            .spec(spec.taskTemplate())
            .endpoint(spec.endpointSpec())
            .serviceId("svc1")
            .serviceName("web")
            .slot(3)
            .nodeId("node1")
            .status(TaskStatus.of(Instant.EPOCH, TaskState.ASSIGNED, ""))
            .desiredState(TaskState.RUNNING)
            .build();
    List<TaskNetwork> networks =
        spec.taskTemplate().networks().stream().map(ContainerFieldsTest::network).toList();
    return ContainerRequest.of(task, NODE, networks, List.of(), ApiVersion.NEWEST).body().encode();
  }

  private static TaskNetwork network(NetworkAttachmentConfig config) {
    return new TaskNetwork(
        String.valueOf(config.target()), false, null, "", config.aliases(), config.driverOpts());
  }
}
