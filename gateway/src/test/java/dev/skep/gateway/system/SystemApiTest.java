package dev.skep.gateway.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Urls;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemApiTest {
  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void pings_as_the_engine_does() {
    Answer head = gateway.call(HttpMethod.HEAD, "/_ping", null, Map.of()).expect(200);

    assertThat(head.text()).isEmpty();
    assertThat(head.headers().get("Content-Length")).isEqualTo("0");
    assertThat(head.headers().get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(head.headers().get("Cache-Control"))
        .isEqualTo("no-cache, no-store, must-revalidate");
    assertThat(head.headers().get("Pragma")).isEqualTo("no-cache");
    assertThat(head.headers().get("Api-Version")).isEqualTo("1.41");
    assertThat(head.headers().get("Ostype")).isEqualTo("linux");
    assertThat(head.headers().get("Docker-Experimental")).isEqualTo("false");
    assertThat(head.headers().get("Server")).isEqualTo("Docker/20.10.24 (linux)");
    assertThat(head.headers().get("Swarm")).isEqualTo("inactive");
    assertThat(gateway.get("/v1.41/_ping").expect(200).text()).isEqualTo("OK");
    gateway.asManager();
    assertThat(gateway.get("/_ping").headers().get("Swarm")).isEqualTo("active/manager");
    gateway.asWorker();
    assertThat(gateway.get("/_ping").headers().get("Swarm")).isEqualTo("active/worker");
  }

  @Test
  void pings_while_the_engine_is_away() {
    gateway.get("/_ping").expect(200);
    gateway.engine().down();

    Answer ping = gateway.get("/_ping").expect(200);

    assertThat(ping.headers().get("Api-Version")).isEqualTo("1.41");
    assertThat(gateway.get("/info").expect(200).json().get("Warnings").get(0).asText())
        .startsWith("Cannot connect to the Docker daemon at unix://");
  }

  /** The engine serves 1.41; clients that refuse less are offered 1.44 all the same. */
  @ParameterizedTest
  @CsvSource({
    "Docker-Client/28.2.2 (linux), 1.41",
    "Docker-Client/29.0.0 (linux), 1.44",
    "Docker-Client/29.2.1 (linux), 1.44",
    "Docker-Client/29.3.0 (linux), 1.41",
    "Docker-Client/29.10.0 (linux), 1.41",
    "python-requests/2, 1.41"
  })
  void offers_each_client_a_version_that_it_takes(String agent, String version) {
    Map<String, String> headers = Map.of("User-Agent", agent);

    assertThat(gateway.call(HttpMethod.GET, "/_ping", null, headers).headers().get("Api-Version"))
        .isEqualTo(version);
    assertThat(
            gateway
                .call(HttpMethod.GET, "/version", null, headers)
                .json()
                .get("ApiVersion")
                .asText())
        .isEqualTo(version);
  }

  @Test
  void shows_the_engines_version_with_skep_among_its_components() {
    JsonNode version = gateway.get("/v1.41/version").expect(200).json();

    assertThat(version.get("Version").asText()).isEqualTo("20.10.24");
    assertThat(version.get("Components").get(0).get("Name").asText()).isEqualTo("Skep");
    assertThat(version.get("Components").get(0).get("Version").asText()).isEqualTo("0.1-test");
  }

  @Test
  void refuses_versions_that_it_does_not_serve() {
    gateway
        .get("/v1.99/services")
        .refuses(400, "client version 1.99 is too new. Maximum supported API version is 1.44");
    Answer old = gateway.get("/v1.11/services").expect(400);
    assertThat(old.text())
        .isEqualTo(
            "client version 1.11 is too old. Minimum supported API version is 1.12, please upgrade"
                + " your client to a newer version\n");
    assertThat(old.headers().get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    gateway.asManager();
    gateway.get("/v1.44/services").expect(200);
    gateway.get("/v1.24/services").expect(200);
    gateway.get("/services").expect(200);
  }

  @Test
  void leaves_what_it_does_not_know_to_the_engine() {
    gateway.get("/v1.41/nosuch").refuses(404, "page not found");
    gateway.engine().answer("GET /images/json", "[{\"Id\":\"i\"}]");
    assertThat(gateway.get("/v1.41/images/json?all=1").expect(200).text())
        .isEqualTo("[{\"Id\":\"i\"}]");
    assertThat(gateway.engine().asked()).contains("GET /images/json?all=1");
  }

  @Test
  void keeps_named_volumes_from_clients_that_expect_more_of_the_engine() {
    gateway.engine().answer("POST /volumes/prune", "{\"VolumesDeleted\":[]}");

    assertThat(gateway.post("/v1.44/volumes/prune", "").expect(501).message())
        .contains("would remove both");
    assertThat(gateway.engine().asked()).isEmpty();
    String all = Urls.encode("{\"all\":[\"1\"],\"label\":[\"a\"]}");
    gateway.post("/v1.44/volumes/prune?filters=" + all, "").expect(200);
    assertThat(Urls.decode(gateway.engine().asked().getLast()))
        .isEqualTo("POST /volumes/prune?filters={\"label\":{\"a\":true}}");
    gateway.post("/v1.41/volumes/prune", "").expect(200);
  }

  @Test
  void shows_no_swarm_outside_of_one() {
    JsonNode info = gateway.get("/info").expect(200).json();

    assertThat(info.get("Name").asText()).isEqualTo("node-1");
    assertThat(info.get("Containers").asInt()).isEqualTo(3);
    assertThat(info.get("Swarm").toString())
        .isEqualTo(
            """
            {"NodeID":"","NodeAddr":"","LocalNodeState":"inactive","ControlAvailable":false,\
            "Error":"","RemoteManagers":null}\
            """);
  }

  @Test
  void shows_the_swarm_on_a_manager() {
    JsonNode swarm = gateway.asManager().get("/info").expect(200).json().get("Swarm");

    assertThat(swarm.get("NodeID").asText()).isEqualTo(GatewayFixture.MANAGER);
    assertThat(swarm.get("NodeAddr").asText()).isEqualTo("127.0.0.2");
    assertThat(swarm.get("ControlAvailable").asBoolean()).isTrue();
    assertThat(swarm.get("RemoteManagers").get(0).get("Addr").asText()).isEqualTo("127.0.0.2:2377");
    assertThat(swarm.get("Nodes").asInt()).isEqualTo(2);
    assertThat(swarm.get("Managers").asInt()).isEqualTo(1);
    assertThat(swarm.get("Cluster").get("Spec").get("Name").asText()).isEqualTo("default");
    assertThat(swarm.get("Cluster").has("JoinTokens")).isFalse();
    assertThat(swarm.toString()).doesNotContain("SWMTKN").doesNotContain("bus");
  }

  @Test
  void shows_its_managers_on_a_worker() {
    JsonNode swarm = gateway.asWorker().get("/info").expect(200).json().get("Swarm");

    assertThat(swarm.toString())
        .isEqualTo(
            """
            {"NodeID":"%s","NodeAddr":"127.0.0.3","LocalNodeState":"active",\
            "ControlAvailable":false,"Error":"",\
            "RemoteManagers":[{"NodeID":"%s","Addr":"127.0.0.2:2377"}]}\
            """
                .formatted(GatewayFixture.WORKER, GatewayFixture.MANAGER));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /swarm",
    "GET, /swarm/unlockkey",
    "POST, /swarm/update?version=1",
    "GET, /nodes",
    "GET, /nodes/x",
    "DELETE, /nodes/x",
    "POST, /nodes/x/update?version=1",
    "GET, /services?status=true",
    "POST, /services/create",
    "GET, /services/x",
    "DELETE, /services/x",
    "POST, /services/x/update?version=1",
    "GET, /services/x/logs?stdout=1",
    "GET, /tasks",
    "GET, /tasks/x",
    "GET, /tasks/x/logs?stdout=1",
    "GET, /secrets",
    "POST, /secrets/create",
    "GET, /secrets/x",
    "DELETE, /secrets/x",
    "POST, /secrets/x/update?version=1",
    "GET, /configs",
    "POST, /configs/create",
    "POST, /swarm/unlock"
  })
  void answers_for_the_swarm_on_managers_only(String method, String uri) {
    String body =
        method.equals("POST")
            ? "{\"Name\":\"a\",\"Role\":\"worker\",\"Availability\":\"active\",\"Data\":\"YQ==\","
                + "\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}"
            : null;

    gateway
        .call(HttpMethod.valueOf(method), uri, body, Map.of())
        .refuses(
            503,
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
                + " connect this node to swarm and try again.");
    gateway
        .asWorker()
        .call(HttpMethod.valueOf(method), uri, body, Map.of())
        .refuses(
            503,
            "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster"
                + " state. Please run this command on a manager node or promote the current node to"
                + " a manager.");
  }
}
