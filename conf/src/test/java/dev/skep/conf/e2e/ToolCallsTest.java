package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.junit5.VertxExtension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The calls that Traefik's swarm provider, Portainer and the swarm visualizer make, with the fields
 * that each reads: programs that are too large to run here.
 */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
@ExtendWith(VertxExtension.class)
class ToolCallsTest {
  private static final long SECONDS = 20;
  private static final String CIDR = "\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+";

  private final DemoSwarm swarm;
  private HttpClient client;

  ToolCallsTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @BeforeEach
  void connect(Vertx vertx) {
    // A kept connection may be closed behind an answer of the engine's just when it is used again.
    client = vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));
    swarm.awaitReplicas("shop_web", 6);
  }

  @Test
  void traefik_finds_each_service_s_tasks_their_addresses_and_nodes() {
    assertThat(ask("HEAD", "/_ping", Map.of()).header("Api-Version")).isEqualTo("1.41");
    assertThat(get("/v1.41/version").object().getString("ApiVersion")).isNotEmpty();
    Set<String> networks =
        objects(get("/v1.41/networks?filters=" + encode("{\"scope\":{\"swarm\":true}}")))
            .peek(network -> assertThat(network.getString("Scope")).isEqualTo("swarm"))
            .map(network -> network.getString("Id"))
            .collect(Collectors.toSet());

    JsonObject web = service("shop_web", "/v1.41/services");
    assertThat(web.getJsonObject("Spec").getJsonObject("Labels"))
        .contains(Map.entry("com.docker.stack.namespace", "shop"));
    String filters =
        "{\"service\":{\"%s\":true},\"desired-state\":{\"running\":true}}"
            .formatted(web.getString("ID"));
    List<JsonObject> tasks = objects(get("/v1.41/tasks?filters=" + encode(filters))).toList();
    assertThat(tasks).hasSizeGreaterThanOrEqualTo(6);
    for (JsonObject task : tasks) {
      assertThat(task.getInteger("Slot")).isPositive();
      assertThat(
              get("/v1.41/nodes/" + task.getString("NodeID"))
                  .object()
                  .getJsonObject("Status")
                  .getString("Addr"))
          .startsWith("127.");
      if (task.getJsonObject("Status").getString("State").equals("running")) {
        objects(task.getJsonArray("NetworksAttachments"))
            .forEach(attachment -> {
              assertThat(networks).contains(attachment.getJsonObject("Network").getString("ID"));
              assertThat(attachment.getJsonArray("Addresses").getString(0)).matches(CIDR);
            });
      }
    }
  }

  @Test
  void the_visualizer_shows_nodes_tasks_and_services() {
    objects(get("/nodes"))
        .forEach(node -> {
          JsonObject description = node.getJsonObject("Description");
          assertThat(node.getJsonObject("Status").getString("State")).isEqualTo("ready");
          assertThat(description.getString("Hostname")).startsWith("node-");
          assertThat(description.getJsonObject("Resources").getLong("MemoryBytes")).isPositive();
          assertThat(description.getJsonObject("Platform").getString("Architecture")).isNotEmpty();
          assertThat(node.getJsonObject("Spec").getString("Role")).isNotEmpty();
          assertThat(node.getJsonObject("Spec").getJsonObject("Labels")).isNotNull();
        });
    Set<String> services = new HashSet<>();
    objects(get("/services"))
        .forEach(service -> {
          assertThat(service.getJsonObject("Spec").getString("Name")).isNotEmpty();
          services.add(service.getString("ID"));
        });
    objects(get("/tasks"))
        .filter(task -> task.getString("DesiredState").equals("running"))
        .filter(task -> task.containsKey("NodeID"))
        .forEach(task -> {
          assertThat(services).contains(task.getString("ServiceID"));
          assertThat(task.getJsonObject("Spec").getJsonObject("ContainerSpec").getString("Image"))
              .isNotEmpty();
          assertThat(task.getString("UpdatedAt")).isNotEmpty();
        });
  }

  @Test
  void portainer_s_pages_have_what_they_show() {
    JsonObject info = get("/info").object().getJsonObject("Swarm");
    assertThat(info.getString("NodeID")).hasSize(25);
    assertThat(info.getBoolean("ControlAvailable")).isTrue();
    assertThat(get("/swarm").object().getString("ID")).hasSize(25);
    for (String list :
        List.of("/secrets", "/configs", "/networks", "/images/json", "/containers/json?all=1")) {
      assertThat(get(list).array()).as(list).isNotEmpty();
    }
    assertThat(get("/volumes").object().containsKey("Volumes")).isTrue();
    long now = Instant.now().getEpochSecond();
    Answer events = get("/events?since=" + (now - 60) + "&until=" + now);
    assertThat(events.body().toString().lines().map(JsonObject::new))
        .allSatisfy(event ->
            assertThat(event.getMap()).containsKeys("Type", "Action", "Actor", "scope", "time"));

    Answer log =
        get(
            "/services/"
                + service("shop_web", "/services").getString("ID")
                + "/logs?stdout=1&stderr=1&timestamps=0&tail=10&since=0");
    assertThat(frames(log.body())).isNotEmpty().allMatch(line -> line.endsWith("\n"));
  }

  @Test
  void portainer_updates_and_rolls_a_service_back_with_its_own_header() {
    Map<String, String> headers = Map.of("version", "1.29", "X-Registry-Auth", "e30=");
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "ported",
        DemoSwarm.IMAGE,
        "web");
    try {
      swarm.awaitReplicas("ported", 1);
      JsonObject before = service("ported", "/services").getJsonObject("Spec");
      JsonObject changed = before.copy();
      changed
          .getJsonObject("TaskTemplate")
          .getJsonObject("ContainerSpec")
          .put("Env", new JsonArray().add("PORTED=yes"));
      update("ported", "", headers, changed);
      assertThat(service("ported", "/services").getJsonObject("PreviousSpec")).isEqualTo(before);

      update("ported", "&rollback=previous", headers, changed);
      assertThat(service("ported", "/services").getJsonObject("Spec")).isEqualTo(before);
    } finally {
      swarm.docker("service", "rm", "ported");
    }
  }

  /** The leader writes a service whose update goes on, so a version may be old when it is sent. */
  private void update(String name, String more, Map<String, String> headers, JsonObject spec) {
    Await.until(
        "the update is taken",
        DemoSwarm.CONVERGES,
        () -> {
          JsonObject service = service(name, "/services");
          String uri =
              "/services/%s/update?version=%d%s"
                  .formatted(
                      service.getString("ID"),
                      service.getJsonObject("Version").getLong("Index"),
                      more);
          Answer answer = ask("POST", uri, headers, spec.toBuffer());
          assertThat(answer.status() == 200 || answer.body().toString().contains("out of sequence"))
              .as(answer.body().toString())
              .isTrue();
          return answer.status();
        },
        status -> status == 200);
  }

  private JsonObject service(String name, String list) {
    return objects(get(list))
        .filter(service -> service.getJsonObject("Spec").getString("Name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** What stands in each frame of a multiplexed stream. */
  private static List<String> frames(Buffer stream) {
    var lines = new ArrayList<String>();
    for (int at = 0; at < stream.length(); ) {
      int length = stream.getInt(at + 4);
      lines.add(stream.getString(at + 8, at + 8 + length));
      at += 8 + length;
    }
    return lines;
  }

  private static Stream<JsonObject> objects(Answer answer) {
    return objects(answer.array());
  }

  private static Stream<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private record Answer(int status, MultiMap headers, Buffer body) {
    String header(String name) {
      return String.valueOf(headers.get(name));
    }

    JsonObject object() {
      return body.toJsonObject();
    }

    JsonArray array() {
      return body.toJsonArray();
    }
  }

  private Answer get(String uri) {
    Answer answer = ask("GET", uri, Map.of());
    assertThat(answer.status()).as("%s: %s", uri, answer.body()).isEqualTo(200);
    return answer;
  }

  private Answer ask(String method, String uri, Map<String, String> headers) {
    return ask(method, uri, headers, Buffer.buffer());
  }

  private Answer ask(String method, String uri, Map<String, String> headers, Buffer body) {
    RequestOptions to =
        new RequestOptions()
            .setServer(SocketAddress.domainSocketAddress(swarm.socket(1).toString()))
            .setHost("localhost")
            .setPort(80)
            .setMethod(HttpMethod.valueOf(method))
            .setURI(uri);
    try {
      return client
          .request(to)
          .compose(request -> {
            headers.forEach(request::putHeader);
            return request
                .send(body)
                .compose(response ->
                    response
                        .body()
                        .map(all -> new Answer(response.statusCode(), response.headers(), all)));
          })
          .await(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(method + " " + uri + ": no answer within " + SECONDS + " s", e);
    }
  }
}
