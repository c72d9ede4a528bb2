package dev.skep.gateway.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.FakeEngine;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus.ContainerStatus;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteTasksApiTest {
  private static final String TASK = "t4sk0000000000000000there";
  private static final String CONTAINER =
      "c0ffee0000000000000000000000000000000000000000000000000000000000";
  private static final String OWN_TASK = "t4sk00000000000000000here";
  private static final String OWN_CONTAINER =
      "beef000000000000000000000000000000000000000000000000000000000000";

  private final GatewayFixture gateway = new GatewayFixture().asManager();
  private final FakeEngine remote =
      FakeEngine.start(gateway.vertx, gateway.directory.resolve("remote.sock"));
  private final FakeTunnel tunnel =
      new FakeTunnel(gateway.vertx, gateway.bus, GatewayFixture.WORKER, remote.endpoint());
  private Service service = service();

  @AfterEach
  void close() {
    gateway.close();
  }

  private Service service() {
    gateway
        .post(
            "/services/create",
            "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}")
        .expect(201);
    return gateway.store.state().services().iterator().next();
  }

  @BeforeEach
  void run() {
    task(TASK, 3, GatewayFixture.WORKER, CONTAINER);
    task(OWN_TASK, 4, GatewayFixture.MANAGER, OWN_CONTAINER);
    unknown(gateway.engine(), "json");
    remote.answer("GET /containers/" + CONTAINER + "/top", "{\"Processes\":[[\"there\"]]}");
    gateway
        .engine()
        .answer("GET /containers/" + OWN_CONTAINER + "/top", "{\"Processes\":[[\"here\"]]}");
  }

  private void unknown(FakeEngine engine, String what) {
    for (String name : new String[] {"web.3", "web.4", "c0ffee", "t4sk0000000000000000t"}) {
      engine.answer(
          "GET /containers/" + name + "/" + what,
          request ->
              request.response().setStatusCode(404).end("{\"message\":\"No such container\"}\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CONTAINER,
        "c0ffee",
        TASK,
        "t4sk0000000000000000t",
        "web.3",
        "web.3." + TASK,
        "web.3.t4sk0000000000000000t"
      })
  void finds_a_container_on_another_node_by(String name) {
    assertThat(gateway.get("/v1.41/containers/" + name + "/top?ps_args=aux").expect(200).text())
        .contains("there");

    assertThat(remote.asked()).containsExactly("GET /containers/" + CONTAINER + "/top?ps_args=aux");
    assertThat(tunnel.shown).containsExactly("ticket1");
  }

  @Test
  void finds_a_task_of_this_node_by_words_that_its_engine_does_not_know() {
    assertThat(gateway.get("/containers/web.4/top").expect(200).text()).contains("here");
    assertThat(gateway.get("/containers/" + OWN_TASK + "/top").expect(200).text()).contains("here");
    assertThat(remote.asked()).isEmpty();
  }

  @Test
  void asks_nothing_about_what_the_engine_knows_itself() {
    gateway.get("/containers/beef/top").expect(404);
    gateway.get("/containers/" + OWN_CONTAINER + "/top").expect(200);
    gateway.get("/containers/db/top").expect(404);
    gateway.get("/containers/web.9/top").expect(404);

    assertThat(gateway.engine().asked())
        .containsExactly(
            "GET /containers/beef/top",
            "GET /containers/" + OWN_CONTAINER + "/top",
            "GET /containers/db/top",
            "GET /containers/web.9/top");
  }

  @Test
  void what_this_host_has_comes_first() {
    gateway.engine().answer("GET /containers/c0ffee/json", "{\"Id\":\"c0ffee11\"}");
    gateway.engine().answer("DELETE /containers/c0ffee", "{}");

    gateway.delete("/containers/c0ffee").expect(200);

    assertThat(remote.asked()).isEmpty();
  }

  @Test
  void prefers_the_task_that_runs_in_a_slot() {
    task("t5sk00000000000000000dead", 3, GatewayFixture.WORKER, "dead" + "0".repeat(60));
    Task dead = gateway.store.state().task("t5sk00000000000000000dead").orElseThrow();
    gateway.update(dead.withStatus(dead.status().withState(TaskState.FAILED)));

    assertThat(gateway.get("/containers/web.3/top").expect(200).text()).contains("there");
  }

  @Test
  void remembers_where_a_command_was_prepared() {
    remote.answer(
        "POST /containers/" + CONTAINER + "/exec",
        request -> request.response().setStatusCode(201).end("{\"Id\":\"e1\"}"));
    remote.answer("GET /exec/e1/json", "{\"ID\":\"e1\",\"Running\":false}");

    Answer created = gateway.post("/containers/web.3/exec", "{\"Cmd\":[\"id\"]}").expect(201);

    assertThat(created.json().get("Id").asText()).isEqualTo("e1");
    gateway.get("/exec/e1/json").expect(200);
    gateway.get("/exec/e2/json").expect(404);
    assertThat(remote.asked())
        .containsExactly("POST /containers/" + CONTAINER + "/exec", "GET /exec/e1/json");
    assertThat(gateway.engine().asked()).contains("GET /exec/e2/json");
  }

  @Test
  void an_inspection_by_the_tasks_id_shows_both() {
    remote.answer(
        "GET /containers/" + CONTAINER + "/json",
        "{\"Id\":\"" + CONTAINER + "\",\"State\":{\"Running\":true}}");

    Answer both = gateway.get("/containers/" + TASK + "/json").expect(200);

    assertThat(both.json().at("/State/Running").asBoolean()).isTrue();
    assertThat(both.json().get("NodeID").asText()).isEqualTo(GatewayFixture.WORKER);
    assertThat(both.json().at("/Status/ContainerStatus/ContainerID").asText()).isEqualTo(CONTAINER);
    assertThat(gateway.get("/containers/" + CONTAINER + "/json").expect(200).json().has("NodeID"))
        .as("the container's id means the container")
        .isFalse();
  }

  @Test
  void says_why_a_container_cannot_be_reached() {
    Node worker = gateway.store.state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(worker.withStatus(new Node.NodeStatus(Node.NodeStatus.DOWN, null, null)));

    assertThat(gateway.get("/containers/web.3/top").expect(503).message())
        .contains("web.3." + TASK)
        .contains("node-2 (" + GatewayFixture.WORKER + ")")
        .contains("it is down");
    // A client that inspects then asks for the task, which it does only when there is no container.
    gateway.get("/containers/" + TASK + "/json").expect(404);
  }

  @Test
  void says_that_a_task_has_no_container_yet() {
    gateway.create(Tasks.of(service, "t6sk0000000000000000early", 5, "", TaskState.PENDING));

    gateway
        .get("/containers/t6sk0000000000000000early/logs?stdout=1")
        .refuses(
            404,
            "No such container: t6sk0000000000000000early (task t6sk0000000000000000early is"
                + " pending and has none)");
  }

  @Test
  void refuses_the_beginning_of_several_ids() {
    gateway
        .engine()
        .answer(
            "GET /containers/t4sk/json",
            request -> request.response().setStatusCode(404).end("{\"message\":\"no\"}"));

    gateway
        .get("/containers/t4sk/top")
        .refuses(400, "Multiple IDs found with provided prefix: t4sk");
  }

  @Test
  void knows_no_other_node_outside_of_a_swarm() {
    gateway.membership.move(Outside.INACTIVE);

    gateway.get("/containers/web.3/top").expect(404);
    gateway.call(HttpMethod.POST, "/containers/" + CONTAINER + "/kill", "", Map.of()).expect(404);

    assertThat(remote.asked()).isEmpty();
  }

  private void task(String id, int slot, String nodeId, String containerId) {
    Task task = Tasks.of(service, id, slot, nodeId, TaskState.RUNNING);
    gateway.create(
        task.withStatus(task.status().withContainerStatus(new ContainerStatus(containerId, 1, 0))));
  }
}
