package dev.skep.gateway.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Urls;
import dev.skep.store.model.Blob;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.DataVersions;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretOrConfigApiTest {
  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({"secret, 512000", "config, 1024000"})
  void keeps_and_refuses(String noun, int limit) {
    String path = "/v1.41/" + noun + "s";
    String id = create(noun, "{\"Name\":\"a\",\"Labels\":{\"l\":\"1\"},\"Data\":\"czNjcmV0\"}");
    assertThat(id).matches("[0-9a-z]{25}");
    gateway
        .post(path + "/create", "{\"Name\":\"a\",\"Data\":\"YQ==\"}")
        .refuses(409, "rpc error: code = AlreadyExists desc = " + noun + " a already exists");
    String size =
        "rpc error: code = InvalidArgument desc = %s data must be larger than 0 and less than %d bytes"
            .formatted(noun, limit);
    gateway.post(path + "/create", "{\"Name\":\"b\"}").refuses(400, size);
    gateway
        .post(
            path + "/create",
            "{\"Name\":\"b\",\"Data\":\"" + "A".repeat((limit + 2) / 3 * 4) + "\"}")
        .refuses(400, size);
    gateway
        .post(path + "/create", "{\"Name\":\"b\",\"Data\":\"?\"}")
        .refuses(400, "illegal base64 data in Data");
    gateway
        .post(path + "/create", "{\"Data\":\"YQ==\"}")
        .refuses(400, "rpc error: code = InvalidArgument desc = name must be provided");
    gateway
        .post(path + "/create", "{\"Name\":\"b c\",\"Data\":\"YQ==\"}")
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = invalid name, only 64 [a-zA-Z0-9-_.]"
                + " characters allowed, and the start and end character must be [a-zA-Z0-9]");
    gateway.get(path + "/nosuch").refuses(404, noun + " nosuch not found");
    assertThat(gateway.get(path).json()).hasSize(1);
    assertThat(gateway.get(path + "?filters=" + Urls.encode("{\"name\":[\"a\"]}")).json())
        .hasSize(1);
    assertThat(gateway.get(path + "?filters=" + Urls.encode("{\"label\":[\"l=2\"]}")).text())
        .isEqualTo("[]\n");
    Answer removed = gateway.delete(path + "/a").expect(204);
    assertThat(removed.text()).isEmpty();
  }

  @Test
  void shows_the_data_of_configs_only() {
    create("secret", "{\"Name\":\"a\",\"Data\":\"czNjcmV0\"}");
    create("config", "{\"Name\":\"a\",\"Data\":\"czNjcmV0\",\"Templating\":{\"Name\":\"golang\"}}");

    assertThat(gateway.get("/secrets/a").text())
        .contains("\"Spec\":{\"Name\":\"a\",\"Labels\":{}}");
    assertThat(gateway.get("/secrets").text()).doesNotContain("czNjcmV0");
    assertThat(gateway.get("/configs/a").text()).contains("\"Data\":\"czNjcmV0\"");
    gateway
        .post(
            "/configs/create", "{\"Name\":\"b\",\"Data\":\"YQ==\",\"Templating\":{\"Name\":\"x\"}}")
        .refuses(400, "unrecognized template type x; use golang");
    assertThat(
            gateway
                .post("/secrets/create", "{\"Name\":\"b\",\"Driver\":{\"Name\":\"vault\"}}")
                .expect(501)
                .message())
        .startsWith("Driver is not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "config"})
  void updates_labels_and_data_and_nothing_else(String noun) {
    String path = "/v1.41/" + noun + "s";
    create(noun, "{\"Name\":\"a\",\"Data\":\"czNjcmV0\"}");
    long version = version(noun);
    String only = "rpc error: code = InvalidArgument desc = only updates to Labels are allowed";
    String update = path + "/a/update?version=";
    gateway.post(update + version, "{\"Name\":\"b\",\"Labels\":{\"x\":\"y\"}}").refuses(400, only);
    gateway
        .post(update + version, "{\"Name\":\"a\",\"Templating\":{\"Name\":\"golang\"}}")
        .refuses(400, only);
    gateway
        .post(
            update + version, "{\"Name\":\"a\",\"Driver\":{\"Name\":\"v\"},\"Data\":\"czNjcmV0\"}")
        .refuses(400, only);
    gateway
        .post(update + version, "{\"Name\":\"a\",\"Data\":\"?\"}")
        .refuses(400, "illegal base64 data in Data");
    gateway.post(update, "{\"Name\":\"a\"}").refuses(400, "invalid " + noun + " version");

    gateway
        .post(update + version, "{\"Name\":\"a\",\"Data\":\"czNjcmV0\",\"Labels\":{\"x\":\"y\"}}")
        .expect(200);

    assertThat(gateway.get(path + "/a").json().at("/Spec/Labels/x").asText()).isEqualTo("y");
    gateway
        .post(update + version, "{\"Name\":\"a\"}")
        .refuses(500, "rpc error: code = Unknown desc = update out of sequence");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "config"})
  void new_data_moves_every_service_that_uses_it(String noun) {
    String id = create(noun, "{\"Name\":\"a\",\"Data\":\"b25l\"}");
    use(noun, id, "web");
    gateway
        .post(
            "/services/create",
            "{\"Name\":\"other\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}")
        .expect(201);
    Service other = service("other");
    newData(noun, "dHdv");

    assertThat(current(noun, id).text()).isEqualTo("dHdv");
    assertThat(dataOf(noun, id, service("web").spec())).isEqualTo("dHdv");
    assertThat(dataOf(noun, id, previous("web"))).isEqualTo("b25l");
    assertThat(service("web").specVersion()).isNotEqualTo(Version.NONE);
    assertThat(service("other")).isEqualTo(other);
    String shown = gateway.get("/" + noun + "s/a").text() + gateway.get("/services/web").text();
    assertThat(shown).doesNotContain("b25l", "DataVersion", "PastData", "DataChangedAt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "config"})
  void a_rollback_brings_the_old_data_back_and_the_same_data_again_the_new(String noun) {
    String id = create(noun, "{\"Name\":\"a\",\"Data\":\"b25l\"}");
    use(noun, id, "web");
    newData(noun, "dHdv");
    update("web", "rollback=previous&", "");
    assertThat(dataOf(noun, id, service("web").spec())).isEqualTo("b25l");

    // What a client sends knows nothing of versions: it must not move the service.
    update("web", "", spec("web"));
    assertThat(dataOf(noun, id, service("web").spec())).isEqualTo("b25l");
    // A service that reads it for the first time gets the present data.
    use(noun, id, "db");
    assertThat(dataOf(noun, id, service("db").spec())).isEqualTo("dHdv");

    newData(noun, "dHdv");
    assertThat(dataOf(noun, id, service("web").spec())).isEqualTo("dHdv");
    Service moved = service("web");
    newData(noun, "dHdv");
    assertThat(service("web")).as("nothing is behind any more").isEqualTo(moved);
  }

  @Test
  void a_forced_update_takes_the_present_data() {
    String id = create("config", "{\"Name\":\"a\",\"Data\":\"b25l\"}");
    use("config", id, "web");
    newData("config", "dHdv");
    update("web", "rollback=previous&", "");
    update("web", "", spec("web").replace("\"ForceUpdate\":0", "\"ForceUpdate\":1"));
    assertThat(dataOf("config", id, service("web").spec())).isEqualTo("dHdv");
  }

  @Test
  void one_deployment_goes_back_as_one() {
    String id = create("config", "{\"Name\":\"a\",\"Data\":\"b25l\"}");
    use("config", id, "web");
    newData("config", "dHdv");
    newData("config", "dGhyZWU=");
    // As a stack's deployment ends: the service itself, changed or not.
    update("web", "", spec("web"));
    assertThat(dataOf("config", id, service("web").spec())).isEqualTo("dGhyZWU=");
    assertThat(dataOf("config", id, previous("web"))).isEqualTo("b25l");
    update("web", "", spec("web").replace("\"Image\":\"i\"", "\"Image\":\"j\""));
    assertThat(dataOf("config", id, previous("web"))).isEqualTo("b25l");
    assertThat(image(previous("web"))).isEqualTo("i");
    // The next update is another deployment.
    update("web", "", spec("web").replace("\"Image\":\"j\"", "\"Image\":\"k\""));
    assertThat(dataOf("config", id, previous("web"))).isEqualTo("dGhyZWU=");
    assertThat(image(previous("web"))).isEqualTo("j");
  }

  @Test
  void the_progress_of_new_data_does_not_overtake_the_rest_of_its_deployment() {
    String id = create("config", "{\"Name\":\"a\",\"Data\":\"b25l\"}");
    use("config", id, "web");
    newData("config", "dHdv");
    long read = service("web").version().index();
    String spec = spec("web");
    UpdateStatus status = new UpdateStatus("updating", Instant.EPOCH, null, "update in progress");
    gateway
        .store
        .commit(
            Transaction.at(Instant.EPOCH).update(service("web").withUpdateStatus(status)).build())
        .await();
    gateway
        .post("/services/web/update?version=" + read, spec.replace("\"i\"", "\"j\""))
        .expect(200);
    gateway
        .post("/services/web/update?version=" + read, spec.replace("\"i\"", "\"k\""))
        .refuses(500, "rpc error: code = Unknown desc = update out of sequence");
  }

  @Test
  void keeps_no_data_that_nobody_can_ask_for() {
    String id = create("config", "{\"Name\":\"a\",\"Data\":\"b25l\"}");
    newData("config", "dHdv");
    assertThat(stored("config", id).pastData()).isEmpty();
    use("config", id, "web");
    newData("config", "dGhyZWU=");
    assertThat(stored("config", id).pastData()).hasSize(1);
  }

  @Test
  void refuses_data_when_too_much_of_the_past_is_in_use() {
    String id = create("config", "{\"Name\":\"a\",\"Data\":\"" + "A".repeat(1_200_000) + "\"}");
    use("config", id, "web");
    newData("config", "B".repeat(1_200_000));
    gateway
        .post(
            "/configs/a/update?version=" + version("config"),
            "{\"Name\":\"a\",\"Data\":\"" + "C".repeat(1_200_000) + "\"}")
        .expect(200);
    // The last two are one deployment, so the first is what the service goes back to.
    assertThat(stored("config", id).pastData()).hasSize(1);
  }

  private Blob stored(String noun, String id) {
    return noun.equals("secret")
        ? gateway.store.state().secret(id).orElseThrow()
        : gateway.store.state().config(id).orElseThrow();
  }

  private Sensitive current(String noun, String id) {
    return stored(noun, id).currentData().data();
  }

  private String dataOf(String noun, String id, ServiceSpec spec) {
    Blob blob = stored(noun, id);
    long version = DataVersions.of(spec, blob).findFirst().orElseThrow();
    return blob.data(version).orElseThrow().data().text();
  }

  private Service service(String name) {
    return (Service) gateway.store.state().named(Kind.SERVICE, name).orElseThrow();
  }

  private ServiceSpec previous(String name) {
    return Objects.requireNonNull(service(name).previousSpec());
  }

  private static String image(ServiceSpec spec) {
    return String.valueOf(Objects.requireNonNull(spec.taskTemplate().containerSpec()).image());
  }

  /** A service's spec as a client reads it. */
  private String spec(String name) {
    return gateway.get("/services/" + name).json().get("Spec").toString();
  }

  private void update(String service, String query, String body) {
    long version = service(service).version().index();
    gateway
        .post("/services/" + service + "/update?" + query + "version=" + version, body)
        .expect(200);
  }

  private long version(String noun) {
    return gateway.get("/" + noun + "s/a").json().at("/Version/Index").asLong();
  }

  private void newData(String noun, String base64) {
    gateway
        .post(
            "/" + noun + "s/a/update?version=" + version(noun),
            "{\"Name\":\"a\",\"Data\":\"" + base64 + "\"}")
        .expect(200);
  }

  private void use(String noun, String id, String service) {
    gateway
        .post(
            "/services/create",
            """
            {"Name":"%s","TaskTemplate":{"ContainerSpec":{"Image":"i","%s":[{"%sID":"%s",
             "%sName":"a","File":{"Name":"a","UID":"0","GID":"0","Mode":292}}]}}}\
            """
                .formatted(service, cap(noun) + "s", cap(noun), id, cap(noun)))
        .expect(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "config"})
  void keeps_what_services_use(String noun) {
    String id = create(noun, "{\"Name\":\"a\",\"Data\":\"YQ==\"}");
    for (String service : new String[] {"web", "db"}) {
      use(noun, id, service);
    }
    gateway
        .delete("/" + noun + "s/a")
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = %s 'a' is in use by the following services: db, web"
                .formatted(noun));
    gateway.delete("/services/db").expect(200);
    gateway
        .delete("/" + noun + "s/a")
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = %s 'a' is in use by the following service: web"
                .formatted(noun));
    gateway.delete("/services/web").expect(200);
    gateway.delete("/" + noun + "s/a").expect(204);
  }

  @Test
  void prefers_an_id_over_a_name() {
    String id = create("secret", "{\"Name\":\"a\",\"Data\":\"YQ==\"}");
    create("secret", "{\"Name\":\"" + id + "\",\"Data\":\"YQ==\"}");

    assertThat(gateway.get("/secrets/" + id).json().at("/Spec/Name").asText()).isEqualTo("a");
  }

  private String create(String noun, String body) {
    return gateway.post("/v1.41/" + noun + "s/create", body).expect(201).json().get("ID").asText();
  }

  private static String cap(String noun) {
    return Character.toUpperCase(noun.charAt(0)) + noun.substring(1);
  }
}
