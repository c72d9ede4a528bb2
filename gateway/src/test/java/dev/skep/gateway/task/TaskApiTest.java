package dev.skep.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.gateway.Urls;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.Version;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskApiTest {
  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @BeforeEach
  void fill() {
    String id =
        gateway
            .post(
                "/services/create",
                """
                {"Name":"web","Labels":{"tier":"front"},
                 "TaskTemplate":{"ContainerSpec":{"Image":"i:1"}}}\
                """)
            .expect(201)
            .json()
            .get("ID")
            .asText();
    Service service = gateway.store.state().service(id).orElseThrow();
    gateway.create(
        Tasks.of(service, "fresh1", 1, GatewayFixture.WORKER, TaskState.RUNNING),
        Tasks.of(service, "stale2", 2, GatewayFixture.MANAGER, TaskState.RUNNING)
            .withSpecVersion(new Version(99))
            .withSpec(service.spec().taskTemplate().withRuntime(null).withForceUpdate(7)),
        Tasks.failed(service, "ended3", 1, GatewayFixture.MANAGER, "task: non-zero exit (1)"));
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void shows_a_task_as_the_engine_does() {
    assertThat(gateway.get("/v1.41/tasks/fresh1").expect(200).text())
        .contains(
            "\"Labels\":{},\"Spec\":{\"ContainerSpec\":{\"Image\":\"i:1\",\"Isolation\":\"default\"},"
                + "\"ForceUpdate\":0}")
        .contains("\"Slot\":1,\"NodeID\":\"" + GatewayFixture.WORKER + "\"")
        .contains("\"State\":\"running\",\"Message\":\"started\",\"PortStatus\":{}")
        .contains("\"DesiredState\":\"running\"")
        .doesNotContain("ServiceName", "SpecVersion", "Endpoint", "NotBefore");
    gateway.get("/v1.41/tasks/nosuch").refuses(404, "task nosuch not found");
    assertThat(gateway.get("/tasks/ended3").json().get("Status").get("Err").asText())
        .isEqualTo("task: non-zero exit (1)");
  }

  @Test
  void shows_addresses_on_networks_of_the_swarm_only() {
    Task task = gateway.store.state().task("fresh1").orElseThrow();
    Network network = (Network) gateway.store.state().named(Kind.NETWORK, "ingress").orElseThrow();
    gateway.update(
        task.withNetworksAttachments(
            List.of(new NetworkAttachment(null, List.of("172.17.0.2/16")))));
    assertThat(gateway.get("/v1.41/tasks/fresh1").json().has("NetworksAttachments")).isFalse();
    assertThat(gateway.get("/v1.41/tasks").text()).doesNotContain("172.17.0.2");

    gateway.update(
        gateway
            .store
            .state()
            .task("fresh1")
            .orElseThrow()
            .withNetworksAttachments(
                List.of(new NetworkAttachment(network, List.of("10.0.0.2/24")))));
    assertThat(
            gateway
                .get("/v1.41/tasks/fresh1")
                .json()
                .at("/NetworksAttachments/0/Addresses/0")
                .asText())
        .isEqualTo("10.0.0.2/24");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                              | ended3 fresh1 stale2
          {"service":["web"]}                             | ended3 fresh1 stale2
          {"service":["web"],"node":["node-2"]}           | fresh1
          {"node":["node-1"]}                             | ended3 stale2
          {"desired-state":["running"]}                   | fresh1 stale2
          {"desired-state":["running","shutdown"]}        | ended3 fresh1 stale2
          {"desired-state":["RUNNING"]}                   | fresh1 stale2
          {"desired-state":["",null]}                     | ended3 fresh1 stale2
          {"_up-to-date":{"true":false}}                  | ended3 fresh1
          {"name":["web.1"]}                              | ended3 fresh1
          {"id":["fre"]}                                  | fresh1
          {"label":["tier=front"]}                        | ended3 fresh1 stale2
          {"label":["tier=back"]}                         | ``
          {"service":["web"],"_up-to-date":{"true":true}} | ended3 fresh1
          """)
  void filters(String filters, String ids) {
    List<String> found =
        gateway
            .get("/v1.41/tasks?filters=" + Urls.encode(filters))
            .expect(200)
            .json()
            .findValuesAsText("ID");

    assertThat(String.join(" ", found)).isEqualTo(ids);
  }

  @Test
  void refuses_filters_that_mean_nothing() {
    gateway
        .get("/tasks?filters=" + Urls.encode("{\"desired-state\":{\"x\":true}}"))
        .refuses(500, "Invalid desired-state filter: 'x'");
    gateway
        .get("/tasks?filters=" + Urls.encode("{\"service\":[\"nosuch\"]}"))
        .refuses(404, "service nosuch not found");
    gateway
        .get("/tasks?filters=" + Urls.encode("{\"node\":[\"nosuch\"]}"))
        .refuses(404, "node nosuch not found");
  }
}
