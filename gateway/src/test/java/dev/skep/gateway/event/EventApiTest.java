package dev.skep.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.gateway.Urls;
import dev.skep.store.model.Config;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.Version;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventApiTest {
  private static final String SWARM = "filters=" + Urls.encode("{\"scope\":[\"swarm\"]}");

  private static final int MEGABYTE = 1024 * 1024;

  /**
   * Makes events long: a few megabytes of them fill all that lies between the store and a client.
   */
  private static final String PADDING = "x".repeat(2000);

  private static final int MORE_THAN_MAY_WAIT = 10_000;

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void tells_of_the_swarms_objects() {
    GatewayFixture.Stream stream = gateway.open("/v1.41/events?" + SWARM);
    assertThat(stream.response.getHeader("Content-Type")).isEqualTo("application/json");
    gateway.post("/secrets/create", "{\"Name\":\"s\",\"Data\":\"YQ==\"}").expect(201);
    gateway.delete("/secrets/s").expect(204);
    Node worker = gateway.store.state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(worker.withSpec(worker.spec().withAvailability("drain")));

    List<JsonObject> events = events(stream.until(b -> newlines(b) == 3).toString());

    assertThat(events.getFirst().getString("Type")).isEqualTo("secret");
    assertThat(events.getFirst().getString("Action")).isEqualTo("create");
    assertThat(events.getFirst().getString("scope")).isEqualTo("swarm");
    assertThat(events.getFirst().getJsonObject("Actor").getJsonObject("Attributes").encode())
        .isEqualTo("{\"name\":\"s\"}");
    assertThat(events.get(1).getString("Action")).isEqualTo("remove");
    assertThat(events.get(2).getJsonObject("Actor").getJsonObject("Attributes").encode())
        .isEqualTo(
            "{\"availability.new\":\"drain\",\"availability.old\":\"active\",\"name\":\"node-2\"}");
    stream.close();
  }

  @Test
  void replays_what_it_kept_and_ends_at_until() {
    gateway.post("/configs/create", "{\"Name\":\"c\",\"Data\":\"YQ==\"}").expect(201);
    String uri = "/events?since=1&until=1700000000&" + SWARM;

    assertThat(gateway.open(uri).all().toString()).as("nothing happened before then").isEmpty();
    gateway.get("/events?since=2&until=1&" + SWARM).expect(400);
    gateway.get("/events?since=x").expect(400);
    gateway
        .get("/events?filters=" + Urls.encode("{\"foo\":[\"x\"]}"))
        .refuses(400, "Invalid filter 'foo'");
  }

  @Test
  void weaves_the_engines_events_in_by_time() {
    gateway.post("/configs/create", "{\"Name\":\"c\",\"Data\":\"YQ==\"}").expect(201);
    gateway
        .engine()
        .answer(
            "GET /events",
            """
            {"Type":"container","timeNano":1}
            {"Type":"image","timeNano":4000000000000000000}
            """);

    List<JsonObject> events =
        events(gateway.open("/events?since=1").all().toString()).stream()
            .filter(event -> !event.getString("Type").equals("network"))
            .filter(event -> !event.getString("Type").equals("node"))
            .toList();

    assertThat(events.stream().map(event -> event.getString("Type")))
        .containsExactly("container", "config", "image");
  }

  @Test
  void a_burst_of_the_engines_events_pushes_no_event_of_the_swarm_out() {
    for (int i = 0; i < 50; i++) {
      gateway.create(config("c" + i));
    }
    String early = "{\"Type\":\"container\",\"timeNano\":1,\"Pad\":\"" + PADDING + "\"}\n";
    int burst = 4 * MEGABYTE / early.length();
    gateway
        .engine()
        .answer(
            "GET /events",
            early.repeat(burst) + "{\"Type\":\"image\",\"timeNano\":4000000000000000000}\n");

    List<String> types =
        events(gateway.open("/events?since=1&until=1900000000").all().toString()).stream()
            .map(event -> event.getString("Type"))
            .toList();

    assertThat(types).filteredOn("container"::equals).hasSize(burst);
    assertThat(types).filteredOn("config"::equals).hasSize(50);
    assertThat(types.getLast()).isEqualTo("image");
  }

  @Test
  void a_client_that_rests_for_a_while_misses_nothing() {
    GatewayFixture.Stream stream = gateway.open("/events?" + SWARM);
    stream.response.pause();
    int configs = 2 * MEGABYTE / PADDING.length();
    for (int i = 0; i < configs; i++) {
      gateway.create(config(i + PADDING));
    }

    stream.response.resume();

    List<JsonObject> events = events(stream.until(b -> newlines(b) == configs).toString());
    assertThat(events.stream().map(event -> event.getJsonObject("Actor").getString("ID")))
        .doesNotHaveDuplicates();
    stream.close();
  }

  @Test
  void a_client_that_never_reads_is_cut_off() {
    GatewayFixture.Stream stream = gateway.open("/events?" + SWARM);
    stream.response.pause();
    int filling = 2 * MEGABYTE / PADDING.length();
    for (int i = 0; i < filling; i++) {
      gateway.create(config(i + PADDING));
    }
    gateway.create(
        IntStream.range(0, MORE_THAN_MAY_WAIT)
            .mapToObj(i -> config("c" + i))
            .toArray(SwarmObject[]::new));

    stream.response.resume();

    assertThatThrownBy(stream::all).isInstanceOf(HttpClosedException.class);
  }

  @Test
  void leaves_local_events_to_the_engine() {
    gateway.engine().answer("GET /events", "{\"Type\":\"container\"}\n");

    assertThat(
            gateway
                .open("/events?filters=" + Urls.encode("{\"scope\":[\"local\"]}"))
                .all()
                .toString())
        .isEqualTo("{\"Type\":\"container\"}\n");
  }

  @Test
  void tells_of_tasks_only_to_who_names_their_type() {
    Service service = service();
    Task task = Tasks.of(service, "t1", 1, GatewayFixture.WORKER, TaskState.STARTING);
    gateway.create(task);
    Task stored = gateway.store.state().task("t1").orElseThrow();
    gateway.update(stored.withStatus(stored.status().withState(TaskState.RUNNING)));
    String uri = "/events?since=1&until=2900000000&filters=";

    assertThat(
            gateway
                .open(uri + Urls.encode("{\"scope\":[\"swarm\"]}"))
                .until(b -> b.toString().contains("\"Type\":\"service\""))
                .toString())
        .doesNotContain("\"Type\":\"task\"");
    List<JsonObject> events =
        events(
            gateway
                .open(
                    uri
                        + Urls.encode(
                            "{\"scope\":[\"swarm\"],\"type\":[\"task\"],\"service\":[\""
                                + service.id()
                                + "\"]}"))
                .until(b -> newlines(b) == 2)
                .toString());

    assertThat(events.getFirst().getString("Action")).isEqualTo("create");
    JsonObject attributes = events.get(1).getJsonObject("Actor").getJsonObject("Attributes");
    assertThat(events.get(1).getString("Action")).isEqualTo("update");
    assertThat(attributes.getString("name")).isEqualTo("web.1.t1");
    assertThat(attributes.getString("state.old")).isEqualTo("starting");
    assertThat(attributes.getString("state.new")).isEqualTo("running");
    assertThat(attributes.getString("node.id")).isEqualTo(GatewayFixture.WORKER);
    assertThat(attributes.containsKey("desiredstate.new")).as("it did not change").isFalse();
  }

  @Test
  void a_rollout_does_not_push_out_what_swarm_keeps() {
    Service service = service();
    for (int i = 0; i < 300; i++) {
      gateway.create(Tasks.of(service, "t" + i, i + 1, GatewayFixture.WORKER, TaskState.RUNNING));
    }

    assertThat(
            gateway
                .open("/events?since=1&until=1900000000&" + SWARM)
                .until(b -> b.toString().contains("\"name\":\"web\""))
                .toString())
        .contains("\"Action\":\"create\"");
  }

  private static Config config(String name) {
    return new Config(
        name,
        Version.NONE,
        Instant.EPOCH,
        Instant.EPOCH,
        new Config.ConfigSpec(name, Map.of(), "YQ==", null));
  }

  /** How many events are whole: the last may still be on its way. */
  private static long newlines(Buffer received) {
    return received.toString().chars().filter(c -> c == '\n').count();
  }

  private Service service() {
    gateway
        .post(
            "/services/create",
            "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}")
        .expect(201);
    return gateway.store.state().services().stream().findFirst().orElseThrow();
  }

  private static List<JsonObject> events(String text) {
    return lines(text).stream().map(JsonObject::new).toList();
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }
}
