package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Node;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventApiTest {
  private static final String SWARM = "filters=" + Urls.encode("{\"scope\":[\"swarm\"]}");

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

    List<JsonObject> events = events(stream.until(b -> lines(b.toString()).size() == 3).toString());

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
  void leaves_local_events_to_the_engine() {
    gateway.engine().answer("GET /events", "{\"Type\":\"container\"}\n");

    assertThat(
            gateway
                .open("/events?filters=" + Urls.encode("{\"scope\":[\"local\"]}"))
                .all()
                .toString())
        .isEqualTo("{\"Type\":\"container\"}\n");
  }

  private static List<JsonObject> events(String text) {
    return lines(text).stream().map(JsonObject::new).toList();
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }
}
