package dev.skep.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.TaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusApiTest {
  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() {
    gateway.close();
  }

  private String page() {
    return gateway.get("/skep/v1/status").expect(200).text();
  }

  @Test
  void says_that_the_host_is_in_no_swarm_and_how_it_gets_into_one() {
    assertThat(page())
        .contains("Swarm     inactive\n", "docker swarm init")
        .contains("Engine    Docker/20.10.24 (linux), answers\n");
  }

  @Test
  void names_a_workers_managers() {
    gateway.asWorker();

    assertThat(page()).contains("this node is a worker", "Managers  127.0.0.2:2377");
  }

  @Test
  void says_that_no_manager_answers_a_worker() {
    gateway.asWorker("no manager answers this node");
    assertThat(page()).contains("Trouble   no manager answers this node\n");
    JsonNode info = gateway.get("/info").expect(200).json();
    assertThat(info.at("/Swarm/Error").asText()).isEqualTo("no manager answers this node");
    assertThat(info.get("Warnings").toString()).contains("WARNING: no manager answers this node");
  }

  @Test
  void lists_what_is_not_as_asked_for_with_its_reason() {
    gateway.asManager();
    String web = create("web", 2);
    String db = create("db", 1);
    Service service = gateway.store().state().service(web).orElseThrow();
    gateway.create(
        Tasks.of(
            service, "task00000000000000000web1", 1, GatewayFixture.MANAGER, TaskState.RUNNING),
        Tasks.failed(service, "task00000000000000000web2", 2, "", "no suitable node"),
        Tasks.of(
            gateway.store().state().service(db).orElseThrow(),
            "task000000000000000000db1",
            1,
            GatewayFixture.MANAGER,
            TaskState.RUNNING));
    Node worker = gateway.store().state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(
        worker.withStatus(new NodeStatus(NodeStatus.DOWN, "heartbeat failure", "127.0.0.3")));

    assertThat(page())
        .contains("this node is a manager and leads")
        .contains("Nodes     1 of 2 ready\n")
        .contains("          node-2 is down: heartbeat failure\n")
        .contains("Services  1 of 2 as asked for\n")
        .contains("          web runs 1 of 2: no suitable node\n");
  }

  @Test
  void a_task_on_a_node_that_is_down_is_not_known_to_run() {
    gateway.asManager();
    String web = create("web", 1);
    Service service = gateway.store().state().service(web).orElseThrow();
    gateway.create(
        Tasks.of(
            service, "task00000000000000000web1", 1, GatewayFixture.WORKER, TaskState.RUNNING));
    Node worker = gateway.store().state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(worker.withStatus(new NodeStatus(NodeStatus.DOWN, "gone", "127.0.0.3")));

    assertThat(page()).contains("          web runs 0 of 1");
  }

  @Test
  void says_that_an_update_is_paused() {
    gateway.asManager();
    String web = create("web", 1);
    Service service = gateway.store().state().service(web).orElseThrow();
    gateway.create(
        Tasks.of(
            service, "task00000000000000000web1", 1, GatewayFixture.WORKER, TaskState.RUNNING));
    gateway.update(
        gateway
            .store()
            .state()
            .service(web)
            .orElseThrow()
            .withUpdateStatus(new UpdateStatus("paused", null, null, "a task failed")));

    assertThat(page())
        .contains("Services  0 of 1 as asked for\n")
        .contains(
            "          web: its update is paused (a task failed): update it again, or \"docker service rollback web\"\n");
  }

  @Test
  void stays_on_one_screen() {
    gateway.asManager();
    for (int i = 0; i < 40; i++) {
      create("service-" + i, 1);
    }

    assertThat(page().lines()).hasSizeLessThan(25);
    assertThat(page()).contains("and 30 more");
  }

  @Test
  void answers_while_the_engine_is_away() {
    gateway.asManager();
    gateway.engine().down();

    assertThat(page()).contains("Engine    Cannot connect to the Docker daemon");
  }

  private String create(String name, int replicas) {
    return gateway
        .post(
            "/services/create",
            """
            {"Name":"%s","TaskTemplate":{"ContainerSpec":{"Image":"web"}},
             "Mode":{"Replicated":{"Replicas":%d}}}
            """
                .formatted(name, replicas))
        .expect(201)
        .json()
        .get("ID")
        .asText();
  }
}
