package dev.skep.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Urls;
import dev.skep.store.model.Node;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeApiTest {
  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void shows_nodes_as_the_engine_does() {
    JsonNode node = gateway.get("/v1.41/nodes/node-1").expect(200).json();

    assertThat(node.get("ID").asText()).isEqualTo(GatewayFixture.MANAGER);
    assertThat(node.get("Spec").toString())
        .isEqualTo("{\"Labels\":{},\"Role\":\"manager\",\"Availability\":\"active\"}");
    assertThat(node.get("Description").get("Resources").toString())
        .isEqualTo("{\"NanoCPUs\":2000000000,\"MemoryBytes\":8000000000}");
    assertThat(node.get("Status").toString())
        .isEqualTo("{\"State\":\"ready\",\"Addr\":\"127.0.0.2\"}");
    assertThat(node.get("ManagerStatus").toString())
        .isEqualTo("{\"Leader\":true,\"Reachability\":\"reachable\",\"Addr\":\"127.0.0.2:2377\"}");
    assertThat(node.has("MeshAddress")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                  | 2
          {"name":["node"]}                   | 2
          {"name":["node-2"]}                 | 1
          {"id":["manager"]}                  | 1
          {"role":["worker"]}                 | 1
          {"role":["worker","manager"]}       | 2
          {"role":["MANAGER"]}                | 1
          {"role":[""]}                       | 2
          {"role":[null]}                     | 2
          {"membership":["Accepted",""]}      | 2
          {"name":{"node-2":null}}            | 1
          {"name":{"node-2":false}}           | 1
          {"name":null}                       | 2
          {"membership":["pending"]}          | 0
          {"node.label":["zone=a"]}           | 1
          {"node.label":["zone"]}             | 1
          {"label":["zone"]}                  | 0
          """)
  void filters(String filters, int count) {
    Node worker = gateway.store.state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(worker.withSpec(worker.spec().withLabels(java.util.Map.of("zone", "a"))));

    assertThat(gateway.get("/nodes?filters=" + Urls.encode(filters)).expect(200).json())
        .hasSize(count);
  }

  @Test
  void refuses_filters_that_mean_nothing() {
    gateway
        .get("/nodes?filters=" + Urls.encode("{\"role\":[\"boss\"]}"))
        .refuses(500, "Invalid role filter: 'boss'");
    gateway
        .get("/nodes?filters=" + Urls.encode("{\"foo\":[\"x\"]}"))
        .refuses(400, "Invalid filter 'foo'");
  }

  @Test
  void resolves_names() {
    gateway.create(GatewayFixture.node("manager1", "twin", "127.0.0.4", false));
    gateway.create(GatewayFixture.node("manager2", "twin", "127.0.0.5", false));

    gateway.get("/nodes/twin").refuses(400, "node twin is ambiguous (2 matches found)");
    gateway.get("/nodes/manager").refuses(400, "node manager is ambiguous (3 matches found)");
    gateway.get("/nodes/nosuch").refuses(404, "node nosuch not found");
    gateway.get("/nodes/manager1").expect(200);
    gateway.get("/nodes/worker").expect(200);
    gateway.get("/nodes/node").refuses(404, "node node not found");
  }

  @Test
  void updates() {
    long version = node("node-2").get("Version").get("Index").asLong();
    Answer answer =
        gateway
            .post(
                "/v1.41/nodes/node-2/update?version=" + version,
                "{\"Name\":\"alias\",\"Labels\":{\"zone\":\"a\"},\"Role\":\"worker\",\"Availability\":\"drain\"}")
            .expect(200);
    assertThat(answer.text()).isEmpty();

    assertThat(node("node-2").get("Spec").toString())
        .isEqualTo(
            "{\"Name\":\"alias\",\"Labels\":{\"zone\":\"a\"},\"Role\":\"worker\",\"Availability\":\"drain\"}");
    gateway
        .post(
            "/v1.41/nodes/node-2/update?version=" + version,
            "{\"Role\":\"worker\",\"Availability\":\"active\"}")
        .refuses(500, "rpc error: code = Unknown desc = update out of sequence");
  }

  @Test
  void takes_role_and_availability_whatever_their_case() {
    long version = node("node-2").get("Version").get("Index").asLong();
    gateway
        .post(
            "/v1.41/nodes/node-2/update?version=" + version,
            "{\"Labels\":{\"a\":null},\"Role\":\"WORKER\",\"Availability\":\"Drain\"}")
        .expect(200);
    assertThat(node("node-2").get("Spec").toString())
        .isEqualTo("{\"Labels\":{\"a\":\"\"},\"Role\":\"worker\",\"Availability\":\"drain\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          node-1 | {"Role":"boss","Availability":"active"}    | 400 | invalid Role: "boss"
          node-1 | {"Role":"manager","Availability":"bogus"}  | 400 | invalid Availability: "bogus"
          node-1 | {"Role":"Boss","Availability":"active"}    | 400 | invalid Role: "Boss"
          node-1 | {"Availability":"active"}                  | 400 | invalid Role: ""
          node-1 | {"Role":"worker","Availability":"active"}  | 400 | rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm
          node-2 | {"Role":"manager","Availability":"active"} | 501 | node worker00000000000000000id cannot be promoted: this version of Skep runs one manager; keep the node as a worker
          nosuch | {"Role":"manager","Availability":"active"} | 404 | node nosuch not found
          """)
  void refuses_updates(String node, String body, int status, String message) {
    long before = gateway.store.state().index();

    gateway.post("/v1.41/nodes/" + node + "/update?version=1", body).refuses(status, message);

    assertThat(gateway.store.state().index()).isEqualTo(before);
  }

  @Test
  void removes_nodes_that_are_down() {
    String manager =
        "rpc error: code = FailedPrecondition desc = node %s is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal"
            .formatted(GatewayFixture.MANAGER);
    gateway.delete("/v1.41/nodes/node-1").refuses(400, manager);
    gateway.delete("/v1.41/nodes/node-1?force=1").refuses(400, manager);
    gateway
        .delete("/v1.41/nodes/node-2")
        .refuses(
            400,
            "rpc error: code = FailedPrecondition desc = node "
                + GatewayFixture.WORKER
                + " is not down and can't be removed");
    Node worker = gateway.store.state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(worker.withStatus(new Node.NodeStatus(Node.NodeStatus.DOWN, null, null)));

    assertThat(gateway.delete("/v1.41/nodes/node-2").expect(200).text()).isEmpty();
    gateway.delete("/v1.41/nodes/node-2").refuses(404, "node node-2 not found");
    List<String> left = new ArrayList<>();
    gateway.store.state().nodes().forEach(node -> left.add(node.name()));
    assertThat(left).containsExactly("node-1");
  }

  private JsonNode node(String name) {
    return gateway.get("/v1.41/nodes/" + name).expect(200).json();
  }
}
