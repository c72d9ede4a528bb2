package dev.skep.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.model.Config;
import dev.skep.store.model.Node;
import dev.skep.store.model.Version;
import dev.skep.store.replica.CommitLog;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedApiTest {
  private static final Instant AT = Instant.parse("2026-11-21T03:00:00Z");

  /** Long enough for a few hundred to fill what a connection holds back. */
  private static final int LABEL_BYTES = 10_000;

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void tells_each_change_with_its_index_and_what_changed() {
    long before = gateway.store.state().index();
    GatewayFixture.Stream stream = gateway.open("/skep/v1/events");
    assertThat(stream.response.getHeader("Content-Type")).isEqualTo("application/x-ndjson");
    assertThat(stream.response.getHeader("Skep-Index")).isEqualTo(Long.toString(before));

    drain("drain");
    List<JsonObject> lines = lines(stream.until(b -> lines(b).size() == 2));

    assertThat(lines.getFirst().getLong("Index")).isEqualTo(before + 1);
    assertThat(lines.getFirst().getString("Kind")).isEqualTo("node");
    assertThat(lines.getFirst().getString("Action")).isEqualTo("update");
    assertThat(lines.getFirst().getString("ID")).isEqualTo(GatewayFixture.WORKER);
    assertThat(lines.getFirst().getJsonObject("Attributes").getString("availability.new"))
        .isEqualTo("drain");
    assertThat(lines.getFirst().getJsonObject("Object").getJsonObject("Spec").getString("Role"))
        .isEqualTo("worker");
    assertThat(lines.get(1).encode()).isEqualTo("{\"Index\":" + (before + 1) + "}");
    stream.close();
  }

  @Test
  void resumes_behind_an_index_and_ends_when_nothing_is_to_be_followed() {
    long start = gateway.store.state().index();
    drain("drain");
    drain("pause");
    drain("active");

    List<JsonObject> lines = read("/skep/v1/events?follow=0&kind=node&since=" + (start + 1));

    assertThat(lines.stream().filter(line -> line.containsKey("Kind")).map(FeedApiTest::index))
        .containsExactly(start + 2, start + 3);
    assertThat(index(lines.getLast())).isEqualTo(start + 3);
    assertThat(read("/skep/v1/events?follow=0&kind=task,secret&since=" + start))
        .singleElement()
        .satisfies(bookmark -> assertThat(index(bookmark)).isEqualTo(start + 3));
  }

  @Test
  void never_shows_what_is_secret() {
    long start = gateway.store.state().index();
    gateway.post("/secrets/create", "{\"Name\":\"s\",\"Data\":\"c2VjcmV0\"}").expect(201);

    assertThat(gateway.open("/skep/v1/events?follow=0&since=" + start).all().toString())
        .contains("\"secret\"")
        .doesNotContain("c2VjcmV0");
    assertThat(gateway.open("/skep/v1/events?follow=0&since=0").all().toString())
        .contains("\"cluster\"")
        .doesNotContain("SWMTKN");
  }

  @Test
  void says_where_it_begins_when_what_is_asked_for_is_no_longer_kept() {
    for (int i = 0; i <= CommitLog.KEPT; i++) {
      drain(i % 2 == 0 ? "drain" : "active");
    }
    long newest = gateway.store.state().index();

    Answer gone = gateway.get("/skep/v1/events?since=0").expect(410);

    long oldest = gone.json().get("oldest").asLong();
    assertThat(oldest).isEqualTo(newest - CommitLog.KEPT);
    assertThat(gone.json().get("index").asLong()).isEqualTo(newest);
    assertThat(gone.json().get("message").asText()).contains("since=" + oldest);
    assertThat(read("/skep/v1/events?follow=0&kind=task&since=" + oldest)).hasSize(1);
  }

  @Test
  void a_reader_that_rests_for_a_while_misses_nothing() {
    GatewayFixture.Stream stream = gateway.open("/skep/v1/events?kind=config");
    stream.response.pause();
    long first = gateway.store.state().index() + 1;
    int commits = 600;
    for (int i = 0; i < commits; i++) {
      gateway.create(config(i));
    }

    stream.response.resume();
    Buffer all = stream.until(b -> ended(b, first + commits - 1));

    assertThat(lines(all).stream().filter(line -> line.containsKey("Kind")).map(FeedApiTest::index))
        .hasSize(commits)
        .isSorted()
        .doesNotHaveDuplicates();
    stream.close();
  }

  @Test
  void ends_when_the_host_leaves_the_swarm() {
    GatewayFixture.Stream stream = gateway.open("/skep/v1/events");

    gateway.membership.move(Outside.INACTIVE);

    assertThat(stream.all().toString()).isEmpty();
    gateway.get("/skep/v1/events").expect(503);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          since=x         | invalid since 'x': it is the index of an event, a whole number
          since=-1        | invalid since '-1': it is the index of an event, a whole number
          kind=task,tasks | unknown kind 'tasks'; the kinds are cluster, node, service, task, network, secret, config
          from=7          | unknown parameter 'from'; /skep/v1/events takes since, kind and follow
          """)
  void refuses(String query, String message) {
    gateway.get("/skep/v1/events?" + query).refuses(400, message);
  }

  private void drain(String availability) {
    Node worker = gateway.store.state().node(GatewayFixture.WORKER).orElseThrow();
    gateway.update(worker.withSpec(worker.spec().withAvailability(availability)));
  }

  private static Config config(int number) {
    return new Config(
        "config" + number,
        Version.NONE,
        AT,
        AT,
        new Config.ConfigSpec(
            "c" + number, Map.of("label", "x".repeat(LABEL_BYTES)), "YQ==", null));
  }

  private static boolean ended(Buffer received, long index) {
    String end = "{\"Index\":" + index + "}\n";
    return received.length() > end.length()
        && received.getString(received.length() - end.length(), received.length()).equals(end);
  }

  private List<JsonObject> read(String uri) {
    return lines(gateway.open(uri).all());
  }

  /** Those that are whole: the last may still be on its way. */
  private static List<JsonObject> lines(Buffer stream) {
    String text = stream.toString();
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(JsonObject::new).toList();
  }

  private static long index(JsonObject line) {
    return line.getLong("Index");
  }
}
