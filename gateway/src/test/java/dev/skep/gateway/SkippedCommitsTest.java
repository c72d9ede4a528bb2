package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus.ContainerStatus;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the gateway's answers do when the store takes over a snapshot: commits that nobody here has
 * seen are in the state all the same.
 */
class SkippedCommitsTest {
  private static final Instant AT = Instant.parse("2026-11-21T03:00:00Z");
  private static final String CONTAINER =
      "c0ffee0000000000000000000000000000000000000000000000beef";

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  private Service service() {
    gateway
        .post(
            "/services/create",
            "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}")
        .expect(201);
    return gateway.store.state().services().iterator().next();
  }

  /** Takes over a snapshot in which one more transaction was committed, among others. */
  private long skip(Transaction.Builder missed) {
    ClusterState ahead = gateway.store.state();
    ahead = ahead.apply(Transaction.at(AT).build(), ahead.index() + 3).state();
    ahead = ahead.apply(missed.build(), ahead.index() + 1).state();
    gateway.store.install(ahead);
    return ahead.index();
  }

  private Transaction.Builder runs(Service service, String id, int slot) {
    Task task = Tasks.of(service, id, slot, GatewayFixture.MANAGER, TaskState.RUNNING);
    return Transaction.at(AT)
        .create(
            task.withStatus(
                task.status().withContainerStatus(new ContainerStatus(CONTAINER, 1, 0))));
  }

  @Test
  void the_change_feed_says_that_changes_are_missing_and_from_where_to_go_on() {
    GatewayFixture.Stream stream = gateway.open("/skep/v1/events");
    long before = gateway.store.state().index();
    Service service = service();
    long index = skip(runs(service, "t1", 1));

    List<JsonObject> lines = stream.all().toString().lines().map(JsonObject::new).toList();

    assertThat(lines.get(1).encode()).isEqualTo("{\"Index\":" + (before + 1) + "}");
    assertThat(lines).hasSize(3);
    assertThat(lines.getLast().getString("Error")).contains("no longer kept");
    assertThat(lines.getLast().getLong("Oldest")).isEqualTo(index);
    // Who resumes where it stood is told the same, and who goes on from there misses nothing.
    assertThat(
            gateway.get("/skep/v1/events?since=" + (before + 1)).expect(410).json().get("oldest"))
        .hasToString(Long.toString(index));
    GatewayFixture.Stream next = gateway.open("/skep/v1/events?since=" + index);
    gateway.post("/secrets/create", "{\"Name\":\"s\",\"Data\":\"YQ==\"}").expect(201);
    next.until(received -> received.toString().contains("\"Index\":" + (index + 1)));
    next.close();
  }

  @Test
  void events_tell_what_the_missed_commits_come_to() {
    Service service = service();
    String filters = Urls.encode("{\"type\":[\"task\",\"service\"],\"scope\":[\"swarm\"]}");
    GatewayFixture.Stream stream = gateway.open("/events?filters=" + filters);

    skip(runs(service, "t1", 1).update(service.withSpec(service.spec().withName("renamed"))));

    List<JsonObject> events =
        stream
            .until(received -> received.toString().lines().count() == 2)
            .toString()
            .lines()
            .map(JsonObject::new)
            .toList();
    assertThat(events)
        .extracting(event -> event.getString("Type") + " " + event.getString("Action"))
        .containsExactlyInAnyOrder("service update", "task create");
    stream.close();
  }

  @Test
  void containers_of_tasks_that_nobody_saw_come_are_found() {
    gateway
        .engine()
        .answer("GET /containers/" + CONTAINER + "/top", "{\"Processes\":[[\"here\"]]}");
    gateway
        .engine()
        .answer(
            "GET /containers/web.1/json",
            request ->
                request.response().setStatusCode(404).end("{\"message\":\"No such container\"}\n"));
    Service service = service();

    skip(runs(service, "t4sk0000000000000000t1111", 1));

    assertThat(gateway.get("/containers/t4sk0000000000000000t1111/top").expect(200).text())
        .contains("here");
  }
}
