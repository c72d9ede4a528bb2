package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.gateway.Urls;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.message.IngressMessages.PortsProbe;
import dev.skep.store.bus.message.IngressMessages.PortsProbed;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.TaskState;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceApiTest {
  private static final String WEB = spec("web", "");

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void creates_and_shows_a_service_as_the_engine_does() {
    String id = create(WEB);

    assertThat(id).matches("[0-9a-z]{25}");
    JsonNode service = inspect("web");
    assertThat(service.get("ID").asText()).isEqualTo(id);
    assertThat(service.get("Spec").toString())
        .isEqualTo(
            """
            {"Name":"web","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"test/whoami:1",\
            "Isolation":"default"},"ForceUpdate":0,"Runtime":"container"},\
            "Mode":{"Replicated":{"Replicas":1}}}\
            """);
    assertThat(service.get("Endpoint").toString()).isEqualTo("{\"Spec\":{}}");
    assertThat(service.has("ServiceStatus")).isFalse();
    assertThat(gateway.get("/services/web?insertDefaults=true").json().get("Spec").toString())
        .contains("\"StopGracePeriod\":10000000000");
  }

  @Test
  void gives_a_name_to_who_has_none() {
    String id = create("{\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}");

    assertThat(inspect(id).get("Spec").get("Name").asText()).matches("[a-z]+_[a-z]+");
  }

  @Test
  void keeps_credentials_to_itself() {
    gateway
        .call(HttpMethod.POST, "/services/create", WEB, Map.of("X-Registry-Auth", "c2VjcmV0"))
        .expect(201);

    assertThat(stored("web").registryAuth()).isNotNull();
    assertThat(gateway.get("/services/web").text()).doesNotContain("c2VjcmV0", "Auth");
    update("web", spec("web", "\"Labels\":{\"a\":\"b\"}")).expect(200);
    assertThat(stored("web").registryAuth()).as("kept without a header").isNotNull();
  }

  @Test
  void lists_with_counts() {
    String id = create(spec("web", "\"Mode\":{\"Replicated\":{\"Replicas\":3}}"));
    Service service = stored("web");
    gateway.create(
        Tasks.of(service, "t1", 1, GatewayFixture.WORKER, TaskState.RUNNING),
        Tasks.of(service, "t2", 2, GatewayFixture.WORKER, TaskState.STARTING));

    JsonNode listed = gateway.get("/v1.41/services?status=true").expect(200).json();
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).get("ID").asText()).isEqualTo(id);
    assertThat(listed.get(0).get("ServiceStatus").toString())
        .isEqualTo("{\"RunningTasks\":1,\"DesiredTasks\":3,\"CompletedTasks\":0}");
    assertThat(gateway.get("/services").json().get(0).has("ServiceStatus")).isFalse();
  }

  @Test
  void wants_yes_and_no_said_as_go_does() {
    create(WEB);
    String invalid = "strconv.ParseBool: parsing \"zz\": invalid syntax";

    gateway
        .get("/v1.41/services/web?insertDefaults=zz")
        .refuses(400, "invalid value for insertDefaults: zz: " + invalid);
    gateway.get("/services?status=zz").refuses(400, "invalid value for status: zz: " + invalid);
    gateway.get("/v1.41/services?status=").expect(200);
    assertThat(
            gateway.get("/v1.40/services?status=zz").expect(200).json().get(0).has("ServiceStatus"))
        .isFalse();
    assertThat(gateway.get("/services/web?insertDefaults=T").expect(200).text())
        .contains("StopGracePeriod");
  }

  @Test
  void says_which_preference_has_no_effect() {
    String spread =
        """
        {"Name":"%s","TaskTemplate":{"ContainerSpec":{"Image":"i"},"Placement":{"Preferences":[
         {"Spread":{"SpreadDescriptor":"%s"}}]}}}\
        """;
    assertThat(
            gateway
                .post("/services/create", spread.formatted("one", "zone"))
                .expect(201)
                .json()
                .at("/Warnings/0")
                .asText())
        .startsWith("placement preference 'zone' has no effect: use spread=node.labels.NAME");
    assertThat(
            gateway
                .post("/services/create", spread.formatted("two", "node.labels.zone"))
                .expect(201)
                .json()
                .has("Warnings"))
        .isFalse();
    assertThat(update("two", spread.formatted("two", "zone")).expect(200).text())
        .contains("placement preference 'zone' has no effect");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"name":["web"]}                | 2
          {"name":["b"]}                  | 0
          {"label":["tier"]}              | 1
          {"label":{"tier=front":true}}   | 1
          {"label":["tier=back"]}         | 0
          {"mode":["global"]}             | 1
          {"mode":["replicated","global"]} | 3
          {"runtime":["container"]}       | 3
          {"runtime":["plugin"]}          | 0
          """)
  void filters(String filters, int count) {
    create(spec("web", "\"Labels\":{\"tier\":\"front\"}"));
    create(spec("web2", ""));
    create(spec("agent", "\"Mode\":{\"Global\":{}}"));

    assertThat(gateway.get("/services?filters=" + Urls.encode(filters)).expect(200).json())
        .hasSize(count);
  }

  @Test
  void answers_an_empty_list_without_services() {
    assertThat(gateway.get("/v1.41/services").expect(200).text()).isEqualTo("[]\n");
    gateway
        .get("/v1.41/services?filters=" + Urls.encode("{\"foo\":[\"x\"]}"))
        .refuses(400, "Invalid filter 'foo'");
    gateway.get("/v1.41/services/nosuch").refuses(404, "service nosuch not found");
    gateway.delete("/v1.41/services/nosuch").refuses(404, "service nosuch not found");
  }

  @Test
  void refuses_taken_names_and_ports() {
    String id = create(spec("web", port(8080, "ingress")));
    create(spec("onhost", port(9090, "host")));

    gateway
        .post("/services/create", WEB)
        .refuses(
            409,
            "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service"
                + " web already exists");
    refusesPort(port(8080, "ingress"), 8080, "web", id, "an ingress port");
    refusesPort(port(8080, "host"), 8080, "web", id, "an ingress port");
    refusesPort(
        port(9090, "ingress"), 9090, "onhost", stored("onhost").id(), "a host-published port");
    create(spec("onhost2", port(9090, "host")));
    update("web", spec("web", port(8080, "ingress"))).expect(200);
    gateway.delete("/services/web").expect(200);
    create(spec("heir", port(8080, "ingress")));
  }

  private void refusesPort(String part, int port, String by, String id, String as) {
    gateway
        .post("/services/create", spec("x", part))
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = port '%d' is already in use by service '%s' (%s) as %s"
                .formatted(port, by, id, as));
  }

  @Test
  void lets_one_of_many_have_a_port() throws Exception {
    List<Callable<Integer>> requests = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String body = spec("racer" + i, port(8080, "ingress"));
      requests.add(() -> gateway.post("/services/create", body).status());
    }
    try (var threads = Executors.newFixedThreadPool(requests.size())) {
      List<Integer> statuses = new ArrayList<>();
      for (var answer : threads.invokeAll(requests)) {
        statuses.add(answer.get());
      }
      assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 400);
    }
    assertThat(gateway.store.state().services()).hasSize(1);
  }

  @Test
  void asks_every_ready_node_whether_it_can_listen() {
    List<PortsProbe> asked = new CopyOnWriteArrayList<>();
    ingress(GatewayFixture.MANAGER, asked, List.of());
    ingress(
        GatewayFixture.WORKER,
        asked,
        List.of(new RefusedPort(8080, "tcp", "address already in use")));

    gateway
        .post("/services/create", spec("web", port(8080, "ingress")))
        .refuses(
            400,
            "port '8080' cannot be published on node node-2 (127.0.0.3): address already in use;"
                + " free it there or choose another port");
    assertThat(asked).hasSize(2);
    assertThat(gateway.store.state().services()).isEmpty();
    create(spec("onhost", port(8080, "host")));
    create(spec("none", ""));
    assertThat(asked).as("only for ingress ports").hasSize(2);
  }

  @Test
  void asks_only_for_ports_that_an_update_adds() {
    create(spec("web", port(8080, "ingress")));
    List<PortsProbe> asked = new CopyOnWriteArrayList<>();
    ingress(
        GatewayFixture.WORKER,
        asked,
        List.of(new RefusedPort(8080, "tcp", "address already in use")));

    update("web", spec("web", port(8080, "ingress") + ",\"Labels\":{\"a\":\"b\"}")).expect(200);
    assertThat(asked).isEmpty();
  }

  private void ingress(String nodeId, List<PortsProbe> asked, List<RefusedPort> refused) {
    gateway
        .bus
        .answer(
            Addresses.ports(nodeId),
            PortsProbe.class,
            probe -> {
              asked.add(probe);
              return Future.succeededFuture(new PortsProbed(refused));
            })
        .completion()
        .await();
  }

  @Test
  void shows_ports_that_nodes_cannot_bind() {
    create(WEB);
    Service service = stored("web");
    gateway.update(
        service.withPortErrors(
            List.of(new PortError(GatewayFixture.WORKER, 8080, "tcp", "address already in use"))));
    gateway.create(Tasks.of(stored("web"), "t1", 1, GatewayFixture.MANAGER, TaskState.RUNNING));
    String sentence = "port 8080/tcp is not published on node node-2: address already in use";

    assertThat(gateway.get("/tasks/t1").json().get("Status").get("Err").asText())
        .isEqualTo(sentence);
    assertThat(update("web", WEB).expect(200).json().get("Warnings").get(0).asText())
        .isEqualTo(sentence);
    assertThat(gateway.get("/services/web").text()).doesNotContain("PortErrors");
  }

  @Test
  void updates_under_the_version_that_was_read() {
    create(WEB);
    long version = stored("web").version().index();

    assertThat(update("web", spec("web", "\"Labels\":{\"a\":\"b\"}")).expect(200).text())
        .isEqualTo("{\"Warnings\":null}\n");
    assertThat(inspect("web").get("PreviousSpec").get("Labels").toString()).isEqualTo("{}");
    gateway
        .post("/services/web/update?version=" + version, spec("web", "\"Labels\":{\"a\":\"c\"}"))
        .refuses(500, "rpc error: code = Unknown desc = update out of sequence");
    gateway
        .post("/services/web/update", WEB)
        .refuses(
            400, "invalid service version '': strconv.ParseUint: parsing \"\": invalid syntax");
    gateway
        .post("/services/web/update?version=x", WEB)
        .refuses(
            400, "invalid service version 'x': strconv.ParseUint: parsing \"x\": invalid syntax");
    update("web", spec("web2", ""))
        .refuses(501, "rpc error: code = Unimplemented desc = renaming services is not supported");
    update("web", spec("web", "\"Mode\":{\"Global\":{}}"))
        .refuses(501, "rpc error: code = Unimplemented desc = service mode change is not allowed");
  }

  @Test
  void rolls_back() {
    create(WEB);
    rollback()
        .refuses(
            400,
            "rpc error: code = FailedPrecondition desc = service "
                + stored("web").id()
                + " does not have a previous spec");
    update("web", spec("web", "\"Mode\":{\"Replicated\":{\"Replicas\":4}}")).expect(200);

    rollback().expect(200);

    JsonNode service = inspect("web");
    assertThat(service.at("/Spec/Mode/Replicated/Replicas").asInt()).isEqualTo(1);
    assertThat(service.at("/PreviousSpec/Mode/Replicated/Replicas").asInt()).isEqualTo(4);
    assertThat(service.at("/UpdateStatus/State").asText()).isEqualTo("rollback_started");
  }

  @Test
  void runs_a_job_again_when_it_is_updated() {
    create(spec("job", "\"Mode\":{\"ReplicatedJob\":{\"TotalCompletions\":2}}"));
    assertThat(inspect("job").get("JobStatus").get("JobIteration").toString()).isEqualTo("{}");

    update("job", spec("job", "\"Mode\":{\"ReplicatedJob\":{\"TotalCompletions\":2}}")).expect(200);

    assertThat(inspect("job").at("/JobStatus/JobIteration/Index").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {bad           | 400 | invalid character 'b' looking for beginning of object key string
          ``             | 400 | got EOF while reading request body
          {"Name":"bad"} | 400 | mismatched Runtime and *Spec fields
          """)
  void changes_nothing_for_bodies_that_are_wrong(String body, int status, String message) {
    long before = gateway.store.state().index();

    gateway.post("/v1.41/services/create", body).refuses(status, message);

    assertThat(gateway.store.state().index()).isEqualTo(before);
  }

  @Test
  void refuses_bodies_that_are_too_large() {
    gateway
        .post("/services/create", "[\"" + "x".repeat(9_000_000) + "\"]")
        .refuses(400, "http: request body too large");
  }

  private String create(String spec) {
    return gateway.post("/v1.41/services/create", spec).expect(201).json().get("ID").asText();
  }

  private Answer update(String name, String spec) {
    return gateway.post(
        "/services/" + name + "/update?version=" + stored(name).version().index(), spec);
  }

  private Answer rollback() {
    return gateway.post(
        "/services/web/update?rollback=previous&version=" + stored("web").version().index(), WEB);
  }

  private JsonNode inspect(String name) {
    return gateway.get("/v1.41/services/" + name).expect(200).json();
  }

  private Service stored(String name) {
    return gateway.store.state().services().stream()
        .filter(service -> service.name().equals(name))
        .findAny()
        .orElseThrow();
  }

  private static String port(int published, String mode) {
    return "\"EndpointSpec\":{\"Ports\":[{\"TargetPort\":80,\"PublishedPort\":%d,\"PublishMode\":\"%s\"}]}"
        .formatted(published, mode);
  }

  private static String spec(String name, String more) {
    return "{\"Name\":\"%s\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"test/whoami:1\"}}%s}"
        .formatted(name, more.isEmpty() ? "" : "," + more);
  }
}
