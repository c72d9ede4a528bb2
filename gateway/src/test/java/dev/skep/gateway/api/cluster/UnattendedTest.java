package dev.skep.gateway.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.store.StoreFailure;
import dev.skep.store.model.Service;
import dev.skep.store.model.TaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a manager says whose store takes no writes. */
class UnattendedTest {
  private static final String FULL = "the store's log cannot be written: No space left on device";
  private static final String UNATTENDED = "the swarm is not looked after: " + FULL;

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @BeforeEach
  void fill() {
    String id =
        gateway
            .post(
                "/services/create",
                """
                {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i:1"}},
                 "Mode":{"Replicated":{"Replicas":1}}}\
                """)
            .expect(201)
            .json()
            .get("ID")
            .asText();
    Service service = gateway.store.state().service(id).orElseThrow();
    gateway.create(Tasks.of(service, "task1", 1, GatewayFixture.WORKER, TaskState.RUNNING));
    gateway.store.fail(new StoreFailure(FULL, true, null));
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void info_says_so() {
    JsonNode info = gateway.get("/v1.41/info").expect(200).json();
    assertThat(info.get("Swarm").get("Error").asText()).isEqualTo(UNATTENDED);
    assertThat(info.get("Swarm").get("LocalNodeState").asText()).isEqualTo("active");
    assertThat(info.get("Warnings"))
        .extracting(JsonNode::asText)
        .contains("WARNING: " + UNATTENDED);
  }

  @Test
  void no_node_is_shown_ready() {
    for (JsonNode node : gateway.get("/v1.41/nodes").expect(200).json()) {
      assertThat(node.get("Status").get("State").asText()).isEqualTo("unknown");
      assertThat(node.get("Status").get("Message").asText()).isEqualTo(UNATTENDED);
      assertThat(node.get("Version").get("Index").asLong())
          .isEqualTo(
              gateway.store.state().node(node.get("ID").asText()).orElseThrow().version().index());
    }
    JsonNode manager = gateway.get("/v1.41/nodes/node-1").expect(200).json().get("ManagerStatus");
    assertThat(manager.toString())
        .isEqualTo("{\"Reachability\":\"unreachable\",\"Addr\":\"127.0.0.2:2377\"}");
  }

  @Test
  void no_task_is_counted_as_running() {
    JsonNode services = gateway.get("/v1.41/services?status=true").expect(200).json();
    assertThat(services.get(0).get("ServiceStatus").get("RunningTasks").asLong()).isZero();
    assertThat(services.get(0).get("ServiceStatus").get("DesiredTasks").asLong()).isEqualTo(1);
    assertThat(
            gateway.get("/v1.41/tasks/task1").expect(200).json().get("Status").get("Err").asText())
        .isEqualTo(UNATTENDED);
  }

  @Test
  void a_change_is_refused_with_the_reason() {
    gateway
        .post("/v1.41/services/create", "{\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}")
        .refuses(500, FULL);
  }

  @Test
  void all_is_as_before_once_the_store_is_back() {
    gateway.store.fail(null);
    assertThat(gateway.get("/v1.41/info").expect(200).json().get("Swarm").get("Error").asText())
        .isEmpty();
    assertThat(gateway.get("/v1.41/nodes").expect(200).json())
        .allMatch(node -> node.get("Status").get("State").asText().equals("ready"));
    assertThat(
            gateway
                .get("/v1.41/services?status=true")
                .expect(200)
                .json()
                .get(0)
                .get("ServiceStatus")
                .get("RunningTasks")
                .asLong())
        .isEqualTo(1);
  }
}
