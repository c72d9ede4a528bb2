package dev.skep.gateway.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Urls;
import dev.skep.store.model.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkApiTest {
  private static final String BRIDGE = "b".repeat(64);
  private static final String LOCALS =
      """
      [{"Name":"bridge","Id":"%s","Scope":"local","Driver":"bridge","Labels":{}},
       {"Name":"mine","Id":"%s","Scope":"local","Driver":"bridge","Labels":null},
       {"Name":"skep-x-y","Id":"%s","Scope":"local","Driver":"bridge",
        "Labels":{"dev.skep.network.id":"x"}}]\
      """
          .formatted(BRIDGE, "e".repeat(64), "f".repeat(64));

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @BeforeEach
  void fill() {
    gateway.engine().answer("GET /networks", LOCALS);
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void host_beside_another_network_is_refused_and_bridge_is_not() {
    gateway.post("/networks/create", overlay("ov1")).expect(201);
    String body =
        """
        {"Name":"s-%1$s","TaskTemplate":{"ContainerSpec":{"Image":"i"},
         "Networks":[{"Target":"%1$s"},{"Target":"ov1"}]}}\
        """;
    assertThat(gateway.post("/services/create", body.formatted("host")).expect(400).text())
        .contains(
            "container cannot be disconnected from host network or connected to host network");
    gateway.post("/services/create", body.formatted("bridge")).expect(201);
  }

  @Test
  void a_network_of_the_whole_swarm_may_have_the_driver_bridge() {
    gateway.post("/networks/create", "{\"Name\":\"b1\",\"Scope\":\"swarm\"}").expect(201);
    assertThat(gateway.get("/networks/b1").expect(200).text())
        .contains("\"Driver\":\"bridge\"", "\"Scope\":\"swarm\"");
  }

  @Test
  void a_name_of_the_engines_is_taken_only_for_who_asks() {
    String body = "{\"Name\":\"mine\",\"Driver\":\"overlay\",\"CheckDuplicate\":%s}";
    gateway.post("/v1.41/networks/create", body.formatted(true)).expect(409);
    gateway.post("/v1.44/networks/create", body.formatted(false)).expect(409);
    gateway.post("/v1.41/networks/create", body.formatted(false)).expect(201);
  }

  @Test
  void shows_the_users_options_for_addresses() {
    gateway
        .post(
            "/networks/create",
            "{\"Name\":\"o1\",\"Driver\":\"overlay\",\"IPAM\":{\"Options\":{\"a\":\"b\"}}}")
        .expect(201);
    assertThat(gateway.get("/networks/o1").expect(200).text())
        .contains("\"Options\":{\"a\":\"b\"}");
  }

  @Test
  void makes_and_shows_a_network_as_the_engine_does() {
    Answer created = gateway.post("/v1.41/networks/create", overlay("ov1")).expect(201);
    String id = created.json().get("Id").asText();
    assertThat(created.json().get("Warning").asText()).isEmpty();

    JsonNode network = gateway.get("/v1.41/networks/ov1").expect(200).json();

    assertThat(network.get("Id").asText()).isEqualTo(id).matches("[0-9a-z]{25}");
    assertThat(network.get("Scope").asText()).isEqualTo("swarm");
    assertThat(network.get("Driver").asText()).isEqualTo("overlay");
    assertThat(network.get("IPAM").toString())
        .isEqualTo("{\"Driver\":\"default\",\"Options\":null,\"Config\":[]}");
    assertThat(network.get("Containers").isNull()).isTrue();
    assertThat(network.get("ConfigFrom").toString()).isEqualTo("{\"Network\":\"\"}");
    assertThat(gateway.get("/networks/" + id.substring(0, 8)).json().get("Id").asText())
        .isEqualTo(id);
  }

  @Test
  void lists_the_swarms_first_and_hides_what_stands_for_them() {
    gateway.post("/networks/create", overlay("ov1")).expect(201);

    JsonNode all = gateway.get("/v1.41/networks").expect(200).json();

    assertThat(all.findValuesAsText("Name"))
        .containsExactlyInAnyOrder("ov1", "ingress", "bridge", "mine")
        .endsWith("bridge", "mine");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"scope":["swarm"]}        | 2
          {"driver":["overlay"]}     | 2
          {"name":["ngres"]}         | 1
          {"label":["a=b"]}          | 1
          {"type":["builtin"]}       | 0
          {"dangling":["true"]}      | 0
          """)
  void filters_its_part_of_the_list(String filters, int ours) {
    gateway.post("/networks/create", overlay("ov1")).expect(201);
    gateway.engine().answer("GET /networks", "[]");

    assertThat(gateway.get("/networks?filters=" + Urls.encode(filters)).expect(200).json())
        .hasSize(ours);
  }

  @Test
  void tells_the_scopes_apart() {
    gateway.engine().answer("GET /networks/host", "{\"Name\":\"host\",\"Scope\":\"local\"}");
    JsonNode host = gateway.get("/v1.41/networks/host?scope=swarm").expect(200).json();
    assertThat(host.get("Scope").asText()).isEqualTo("swarm");
    assertThat(host.get("Driver").asText()).isEqualTo("host");
    assertThat(host.at("/Labels/com.docker.swarm.predefined").asText()).isEqualTo("true");
    assertThat(gateway.get("/networks/host").expect(200).json().get("Scope").asText())
        .isEqualTo("local");
    gateway.get("/networks/nosuch?scope=swarm").refuses(404, "network nosuch not found");
    gateway.engine().answer("GET /networks", "[{\"Name\":\"ingress\",\"Id\":\"" + BRIDGE + "\"}]");
    gateway
        .get("/networks/ingress")
        .refuses(400, "network ingress is ambiguous (2 matches found based on name)");
  }

  @Test
  void leaves_local_networks_to_the_engine() {
    gateway
        .engine()
        .answer(
            "POST /networks/create",
            request ->
                request.body().onSuccess(body -> request.response().setStatusCode(201).end(body)));
    String body = "{\"Name\":\"local1\",\"Driver\":\"bridge\"}";

    assertThat(gateway.post("/v1.41/networks/create", body).expect(201).text()).isEqualTo(body);
    String settings = "{\"Name\":\"settings\",\"Driver\":\"overlay\",\"ConfigOnly\":true}";
    assertThat(gateway.post("/v1.41/networks/create", settings).expect(201).text())
        .isEqualTo(settings);
    gateway.post("/networks/create", overlay("ov1")).expect(201);
    gateway
        .post("/networks/create", "{\"Name\":\"ov1\",\"Driver\":\"bridge\"}")
        .refuses(409, "network with name ov1 already exists");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"Name":"mine","Driver":"overlay","CheckDuplicate":true} | 409 | network with name mine already exists
          {"Name":"ingress","Driver":"overlay"}              | 409 | network with name ingress already exists
          {"Name":"a b","Driver":"overlay"}                  | 400 | rpc error: code = InvalidArgument desc = name must be valid as a DNS name component
          {"Name":"x","Driver":"overlay","Ingress":true,"Attachable":true} | 400 | rpc error: code = InvalidArgument desc = ingress network cannot be attachable
          {"Name":"x","Driver":"overlay","Scope":"local"} | 403 | cannot downgrade network scope for overlay networks
          {"Name":"x","Driver":"macvlan","Scope":"swarm"} | 501 | driver "macvlan" is not supported for networks of swarm scope; use overlay or bridge
          {"Name":"x","Scope":"swarm","Ingress":true} | 403 | Ingress network can only be global scope network
          {"Name":"x","Driver":"overlay","IPAM":{"Driver":"z"}} | 501 | IPAM driver "z" is not supported; use default
          {"Name":"x","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.0"}]}} | 400 | invalid CIDR address: 10.0
          {"Name":"x","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.0.0.128/25"}]}} | 403 | Pool overlaps with other one on this address space
          {"Name":"x","Driver":"overlay","ConfigFrom":{"Network":"n"}} | 501 | ConfigFrom is not supported for networks of swarm scope; give the settings themselves
          """)
  void refuses(String body, int status, String message) {
    long before = gateway.store.state().index();

    gateway.post("/v1.41/networks/create", body).refuses(status, message);

    assertThat(gateway.store.state().index()).isEqualTo(before);
  }

  @Test
  void has_one_ingress() {
    String id = gateway.store.state().named(Kind.NETWORK, "ingress").orElseThrow().id();
    gateway
        .post("/networks/create", "{\"Name\":\"other\",\"Driver\":\"overlay\",\"Ingress\":true}")
        .refuses(409, "ingress network (" + id + ") is already present");
    String service =
        gateway
            .post(
                "/services/create",
                """
                {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}},
                 "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080}]}}\
                """)
            .expect(201)
            .json()
            .get("ID")
            .asText();
    gateway
        .delete("/networks/ingress")
        .refuses(
            400,
            "rpc error: code = FailedPrecondition desc = ingress network cannot be removed because"
                + " service "
                + service
                + " depends on it");
    gateway.delete("/services/web").expect(200);
    gateway.delete("/networks/ingress").expect(204);
    gateway
        .post(
            "/services/create",
            """
            {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"}},
             "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8080}]}}\
            """)
        .refuses(
            400,
            "rpc error: code = FailedPrecondition desc = service needs ingress network, but no"
                + " ingress network is present");
  }

  @Test
  void is_made_by_managers_only() {
    gateway
        .asWorker()
        .post("/v1.41/networks/create", overlay("ov1"))
        .refuses(
            403,
            "Cannot create a multi-host network from a worker node. Please create the network from"
                + " a manager node.");
    try (GatewayFixture outside = new GatewayFixture()) {
      outside
          .post("/v1.41/networks/create", overlay("ov1"))
          .refuses(
              500,
              "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\""
                  + " to connect this node to swarm and try again.");
    }
  }

  @Test
  void keeps_what_services_use_and_prunes_the_rest() {
    gateway.engine().answer("POST /networks/prune", "{\"NetworksDeleted\":[\"old\"]}");
    gateway.post("/networks/create", overlay("ov1")).expect(201);
    gateway.post("/networks/create", "{\"Name\":\"ov2\",\"Driver\":\"overlay\"}").expect(201);
    gateway
        .post(
            "/services/create",
            """
            {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i"},
             "Networks":[{"Target":"ov1"}]}}\
            """)
        .expect(201);
    String id = gateway.store.state().named(Kind.NETWORK, "ov1").orElseThrow().id();
    assertThat(
            gateway.get("/services/web").json().at("/Spec/TaskTemplate/Networks/0/Target").asText())
        .isEqualTo(id);

    assertThat(gateway.delete("/networks/ov1").expect(400).message())
        .startsWith(
            "rpc error: code = FailedPrecondition desc = network " + id + " is in use by service ");
    assertThat(
            gateway
                .post("/networks/prune", "")
                .expect(200)
                .json()
                .get("NetworksDeleted")
                .toString())
        .isEqualTo("[\"old\",\"ov2\"]");
    assertThat(gateway.engine().asked().getLast())
        .contains("label%21")
        .contains("dev.skep.network.id");
    gateway.delete("/services/web").expect(200);
    gateway.delete("/networks/ov1").expect(204);
    gateway.engine().answer("POST /networks/prune", "{\"NetworksDeleted\":null}");
    assertThat(gateway.post("/networks/prune", "").expect(200).text())
        .isEqualTo("{\"NetworksDeleted\":null}\n");
  }

  @Test
  void says_that_containers_cannot_join() {
    gateway.post("/networks/create", overlay("ov1")).expect(201);
    gateway
        .post("/networks/create", "{\"Name\":\"att\",\"Driver\":\"overlay\",\"Attachable\":true}")
        .expect(201);
    String denied = "network ov1 not manually attachable";
    gateway.post("/networks/ov1/connect", "{\"Container\":\"c\"}").refuses(403, denied);
    gateway
        .post(
            "/containers/create?name=x",
            "{\"Image\":\"i\",\"HostConfig\":{\"NetworkMode\":\"ov1\"}}")
        .refuses(403, denied);
    assertThat(
            gateway
                .post(
                    "/containers/create",
                    "{\"NetworkingConfig\":{\"EndpointsConfig\":{\"att\":{}}}}")
                .expect(501)
                .message())
        .contains("cannot join the swarm's network \"att\" yet");
    gateway.engine().answer("POST /containers/create", "{\"Id\":\"c\"}");
    gateway
        .post("/containers/create", "{\"Image\":\"i\",\"HostConfig\":{\"NetworkMode\":\"host\"}}")
        .expect(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"is-task":["true"]}       | task
          {"is-task":["false"]}      | other
          {"is-task":{"1":true,"0":true}} | task other
          ``                         | task other
          """)
  void tells_tasks_from_other_containers(String filters, String names) {
    gateway
        .engine()
        .answer(
            "GET /containers/json",
            request -> {
              String task =
                  "{\"Names\":[\"task\"],\"Labels\":{\"com.docker.swarm.task.id\":\"t\"}}";
              boolean onlyTasks =
                  Urls.decode(request.uri()).contains("\"com.docker.swarm.task.id\":true");
              assertThat(request.uri()).doesNotContain("is-task");
              request
                  .response()
                  .end(
                      "["
                          + task
                          + (onlyTasks ? "" : ",{\"Names\":[\"other\"],\"Labels\":{}}")
                          + "]");
            });

    JsonNode listed =
        gateway
            .get("/v1.41/containers/json?all=1&filters=" + Urls.encode(filters))
            .expect(200)
            .json();

    assertThat(
            String.join(
                " ", listed.findValues("Names").stream().map(n -> n.get(0).asText()).toList()))
        .isEqualTo(names);
    assertThat(gateway.engine().asked().getLast()).contains("all=1");
  }

  private static String overlay(String name) {
    return """
    {"Name":"%s","Driver":"overlay","Scope":"","IPAM":{"Driver":"default","Options":{},
     "Config":[]},"Internal":false,"Attachable":false,"Ingress":false,"ConfigOnly":false,
     "ConfigFrom":null,"Options":{},"Labels":{"a":"b"},"CheckDuplicate":true}\
    """
        .formatted(name);
  }
}
