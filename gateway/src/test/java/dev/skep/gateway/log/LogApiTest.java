package dev.skep.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.GatewayFixture;
import dev.skep.gateway.Tasks;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogApiTest {
  private final GatewayFixture gateway = new GatewayFixture().asManager();
  private final FakeLogs logs = new FakeLogs(gateway.bus, GatewayFixture.WORKER);
  private Service service = service();

  @AfterEach
  void close() {
    gateway.close();
  }

  private Service service() {
    String id =
        gateway
            .post(
                "/services/create",
                "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}")
            .expect(201)
            .json()
            .get("ID")
            .asText();
    return gateway.store.state().service(id).orElseThrow();
  }

  @BeforeEach
  void start() {
    task("t1", TaskState.RUNNING);
    logs.log("t1", "out 1", "err 1");
  }

  @Test
  void writes_one_frame_for_each_line() {
    GatewayFixture.Stream stream = gateway.open("/v1.41/services/web/logs?stdout=1&stderr=1");

    assertThat(stream.response.statusCode()).isEqualTo(200);
    assertThat(stream.response.getHeader("Content-Type")).isNull();
    assertThat(frames(stream.all())).containsExactly("1|out 1\n", "2|err 1\n");
    assertThat(gateway.open("/v1.42/services/web/logs?stdout=1").response.getHeader("Content-Type"))
        .isEqualTo("application/vnd.docker.multiplexed-stream");
  }

  @Test
  void writes_time_and_origin_before_the_line() {
    GatewayFixture.Stream stream =
        gateway.open("/tasks/t1/logs?stdout=1&details=1&timestamps=1&tail=5&since=1700000000");

    assertThat(frames(stream.all()).getFirst())
        .isEqualTo(
            "1|%s com.docker.swarm.node.id=%s,com.docker.swarm.service.id=%s,com.docker.swarm.task.id=t1,env=a+b out 1\n"
                .formatted(FakeLogs.TIME, GatewayFixture.WORKER, service.id()));
    assertThat(logs.opened.getFirst().tail()).isEqualTo(5);
    assertThat(logs.opened.getFirst().since()).hasToString("2023-11-14T22:13:20Z");
    assertThat(logs.opened.getFirst().stderr()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /services/web/logs                  | 500 | Bad parameters: you must choose at least one stream
          /services/web/logs?stdout=1&tail=x  | 500 | tail value must be a positive integer or "all"
          /services/web/logs?stdout=1&tail=-1 | 500 | negative tail values not supported
          /services/nosuch/logs?stdout=1      | 404 | service nosuch not found
          /tasks/nosuch/logs?stdout=1         | 404 | task nosuch not found
          """)
  void refuses(String uri, int status, String message) {
    gateway.get(uri).refuses(status, message);
  }

  @Test
  void ends_without_the_lines_of_removed_containers_and_dead_nodes() {
    task("gone", TaskState.FAILED);
    assertThat(frames(gateway.open("/services/web/logs?stdout=1&stderr=1").all())).hasSize(2);

    gateway.create(Tasks.of(service, "lost", 2, GatewayFixture.MANAGER, TaskState.RUNNING));
    Node manager = gateway.store.state().node(GatewayFixture.MANAGER).orElseThrow();
    gateway.update(manager.withStatus(new Node.NodeStatus(Node.NodeStatus.DOWN, null, null)));
    List<String> frames = frames(gateway.open("/services/web/logs?stdout=1").all());
    assertThat(frames.getLast())
        .isEqualTo(
            "3|Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log"
                + " stream. some logs could not be retrieved for the following reasons: node "
                + GatewayFixture.MANAGER
                + " is not available");
  }

  @Test
  void a_log_that_cannot_be_read_ends_no_other_and_is_told_last() {
    logs.log("bad", "Error grabbing logs: configured logging driver does not support reading");
    task("bad", TaskState.RUNNING);
    List<String> frames =
        frames(gateway.open("/services/web/logs?stdout=1&stderr=1&details=1").all());
    assertThat(frames).hasSize(3);
    assertThat(frames.subList(0, 2)).noneMatch(frame -> frame.startsWith("3|"));
    assertThat(frames.getLast())
        .startsWith("3|Error grabbing logs: ")
        .contains("task bad on node")
        .endsWith(": configured logging driver does not support reading");
  }

  @Test
  void who_follows_is_told_at_once_and_goes_on_with_the_others() {
    logs.log("bad", "Error grabbing logs: configured logging driver does not support reading");
    task("bad", TaskState.RUNNING);
    GatewayFixture.Stream stream =
        gateway.open("/services/web/logs?stdout=1&stderr=1&follow=1&details=1");
    stream.until(received ->
        frames(received).stream()
            .anyMatch(frame ->
                frame.startsWith("2|com.docker.swarm.node.id=")
                    && frame.endsWith(
                        " Error grabbing logs: configured logging driver does not support"
                            + " reading\n")));
    logs.log("t2", "out 2");
    task("t2", TaskState.RUNNING);
    stream.until(received -> frames(received).stream().anyMatch(f -> f.endsWith("out 2\n")));
    stream.close();
  }

  @Test
  void reports_a_node_that_does_not_answer() {
    gateway.create(Tasks.of(service, "mute", 2, GatewayFixture.MANAGER, TaskState.RUNNING));

    assertThat(frames(gateway.open("/services/web/logs?stdout=1").all()).getLast())
        .contains("task mute on node " + GatewayFixture.MANAGER + ": nobody listens at");
  }

  @Test
  void follows_tasks_that_start_meanwhile_until_the_client_goes_away() {
    GatewayFixture.Stream stream = gateway.open("/services/web/logs?stdout=1&stderr=1&follow=1");
    stream.until(received -> frames(received).size() == 2);
    logs.log("t2", "out 2");
    task("t2", TaskState.RUNNING);
    stream.until(received -> frames(received).contains("1|out 2\n"));

    stream.close();

    // Both streams are closed at their node once the client is gone.
    gateway.awaitTrue(() -> logs.closed.size() == 2);
  }

  @Test
  void goes_on_where_it_stood_when_the_agent_is_restarted() {
    GatewayFixture.Stream stream = gateway.open("/services/web/logs?stdout=1&stderr=1&follow=1");
    stream.until(received -> frames(received).size() == 2);

    logs.forgetStreams();
    logs.log("t1", "out 1", "err 1", "out 2");

    stream.until(received -> frames(received).contains("1|out 2\n"));
    assertThat(frames(stream.received())).containsExactly("1|out 1\n", "2|err 1\n", "1|out 2\n");
    assertThat(logs.opened).hasSize(2);
    assertThat(logs.opened.getLast().since()).isEqualTo(java.time.Instant.parse(FakeLogs.TIME));
    stream.close();
  }

  @Test
  void goes_on_with_tasks_that_came_with_a_snapshot() {
    GatewayFixture.Stream stream = gateway.open("/services/web/logs?stdout=1&stderr=1&follow=1");
    stream.until(received -> frames(received).size() == 2);
    logs.log("t2", "out 2");
    Task task = Tasks.of(service, "t2", 2, GatewayFixture.WORKER, TaskState.RUNNING);
    Transaction missed = Transaction.at(task.createdAt()).create(task).build();
    ClusterState before = gateway.store.state();

    gateway.store.install(before.apply(missed, before.index() + 3).state());

    stream.until(received -> frames(received).contains("1|out 2\n"));
    assertThat(frames(stream.received())).hasSize(3);
    stream.close();
  }

  @Test
  void ends_when_the_host_leaves_the_swarm() {
    GatewayFixture.Stream stream = gateway.open("/services/web/logs?stdout=1&stderr=1&follow=1");
    stream.until(received -> frames(received).size() == 2);

    gateway.membership.move(dev.skep.store.membership.Membership.Outside.INACTIVE);

    assertThat(frames(stream.all())).hasSize(2);
  }

  private void task(String id, TaskState state) {
    gateway.create(Tasks.of(service, id, 1, GatewayFixture.WORKER, state));
  }

  private static List<String> frames(Buffer stream) {
    List<String> frames = new ArrayList<>();
    int at = 0;
    while (at + 8 <= stream.length()) {
      int length = stream.getInt(at + 4);
      if (at + 8 + length > stream.length()) {
        break;
      }
      frames.add(stream.getByte(at) + "|" + stream.getString(at + 8, at + 8 + length));
      at += 8 + length;
    }
    return frames;
  }
}
