package dev.skep.node.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.engine.fake.FakeEngine;
import dev.skep.engine.log.LogFrame;
import dev.skep.node.FakeDispatcher;
import dev.skep.node.Fixtures;
import dev.skep.node.NodeSettings;
import dev.skep.node.NodeVerticle;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.LogMessages.CloseLogs;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.LogsOpened;
import dev.skep.store.bus.message.LogMessages.NextLogs;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import dev.skep.store.bus.message.TunnelMessages.OpenTunnel;
import dev.skep.store.bus.message.TunnelMessages.TunnelOpened;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogServerTest {
  private static final String NODE = "node1";
  private static final String TS = "2026-11-21T10:00:00.000000000Z ";

  /** At ten milliseconds each: twenty seconds. */
  @TempDir Path dir;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);
  private final FakeDispatcher leader = new FakeDispatcher(vertx, NODE);
  private @Nullable FakeEngine fakeEngine;

  @BeforeEach
  void start() throws Exception {
    fakeEngine = FakeEngine.start(vertx, dir.resolve("engine.sock"));
    engine().addImage(Fixtures.IMAGE);
    NodeSettings settings =
        new NodeSettings(
            NODE,
            TestKeys.KEY,
            "host1",
            "127.0.0.2",
            null,
            dir.resolve("engine.sock"),
            dir.resolve("data"),
            List.of(dir),
            List.of());
    Await.result(
        vertx.deployVerticle(
            new NodeVerticle(settings, vertx, InstantSource.system(), new SecureRandom()),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
    leader.awaitSession(1);
  }

  @AfterEach
  void stop() throws Exception {
    Await.result(vertx.close());
  }

  private FakeEngine engine() {
    return Objects.requireNonNull(fakeEngine);
  }

  private FakeContainer running(String id) throws Exception {
    leader.assign(Fixtures.task(id, NODE));
    leader.awaitState(id, TaskState.RUNNING);
    return engine().named("web.1." + id);
  }

  private LogsOpened open(String taskId, boolean follow, @Nullable Integer tail) throws Exception {
    return Await.result(
        bus.request(
            Addresses.logs(NODE),
            new OpenLogs(taskId, true, true, follow, tail, null, null),
            LogsOpened.class,
            Duration.ofSeconds(10)));
  }

  private LogLines next(LogsOpened opened, long sequence) throws Exception {
    return Await.result(
        bus.request(
            Addresses.logsNext(NODE),
            new NextLogs(opened.streamId(), sequence),
            LogLines.class,
            Duration.ofSeconds(10)));
  }

  private List<LogLine> toTheEnd(LogsOpened opened, long from) throws Exception {
    List<LogLine> lines = new ArrayList<>();
    for (long sequence = from; ; sequence++) {
      LogLines answer = next(opened, sequence);
      lines.addAll(answer.lines());
      if (answer.end()) {
        return lines;
      }
    }
  }

  private static void until(BooleanSupplier holds) {
    Await.until("the log gets there", holds::getAsBoolean);
  }

  private static String text(LogLine line) {
    return line.stream() + new String(line.data(), StandardCharsets.UTF_8);
  }

  @Test
  void gives_lines_with_stream_time_and_attributes() throws Exception {
    FakeContainer c = running("t1");
    engine().log(c, 1, TS + " one two\n");
    engine().log(c, 2, TS + "a%3D=b%2C,c=d three\n");
    List<LogLine> lines = toTheEnd(open("t1", false, null), 0);
    assertThat(lines).extracting(LogServerTest::text).containsExactly("1one two\n", "2three\n");
    assertThat(lines.getFirst().timestamp()).isEqualTo(TS.strip());
    assertThat(lines.getLast().attributes()).isEqualTo(Map.of("a=", "b,", "c", "d"));
  }

  @Test
  void follows_a_container_to_its_end() throws Exception {
    FakeContainer c = running("t1");
    engine().log(c, 1, TS + " old\n");
    LogsOpened opened = open("t1", true, 0);
    assertThat(next(opened, 0).lines()).as("nothing within the poll's time").isEmpty();
    engine().log(c, 1, TS + " new\n");
    engine().exit(c, 0);
    assertThat(toTheEnd(opened, 1)).extracting(LogServerTest::text).containsExactly("1new\n");
  }

  @Test
  void repeats_the_last_answer_and_refuses_to_skip() throws Exception {
    FakeContainer c = running("t1");
    engine().log(c, 1, TS + " one\n");
    LogsOpened opened = open("t1", false, null);
    List<String> first = next(opened, 0).lines().stream().map(LogServerTest::text).toList();
    assertThat(next(opened, 0).lines().stream().map(LogServerTest::text).toList()).isEqualTo(first);
    assertThatThrownBy(() -> next(opened, 5))
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.BAD_REQUEST));
  }

  @Test
  void a_container_that_is_removed_ends_the_stream() throws Exception {
    FakeContainer c = running("t1");
    LogsOpened opened = open("t1", true, null);
    engine().log(c, 1, TS + " first\n");
    assertThat(next(opened, 0).lines()).hasSize(1);
    engine().log(c, 1, TS + " last words\n");
    engine().destroy(c);
    assertThat(toTheEnd(opened, 1))
        .extracting(LogServerTest::text)
        .containsExactly("1last words\n");
  }

  @Test
  void whoever_follows_a_task_that_is_not_there_yet_waits_for_it() throws Exception {
    leader.assign(Fixtures.task("t1", NODE).withDesiredState(TaskState.ACCEPTED));
    leader.awaitState("t1", TaskState.ACCEPTED);
    assertThatThrownBy(() -> open("t1", false, null))
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.NOT_FOUND));
    LogsOpened opened = open("t1", true, null);
    leader.want("t1", TaskState.RUNNING);
    leader.awaitState("t1", TaskState.RUNNING);
    FakeContainer c = engine().named("web.1.t1");
    engine().log(c, 1, TS + " here\n");
    engine().exit(c, 0);
    assertThat(toTheEnd(opened, 0)).extracting(LogServerTest::text).containsExactly("1here\n");
  }

  @Test
  void a_terminals_lines_come_with_their_times() throws Exception {
    leader.assign(
        Fixtures.task(
            "t1", NODE, ContainerSpecBuilder.builder().image(Fixtures.IMAGE).tty(true).build()));
    leader.awaitState("t1", TaskState.RUNNING);
    FakeContainer c = engine().named("web.1.t1");
    engine().raw(c, TS + " \u001b[1mhi there\u001b[0m\r\n" + TS + " a prompt ");
    LogsOpened opened = open("t1", false, null);
    assertThat(opened.tty()).isTrue();
    List<LogLine> lines = toTheEnd(opened, 0);
    assertThat(lines)
        .extracting(LogServerTest::text)
        .containsExactly("1\u001b[1mhi there\u001b[0m\r\n", "1a prompt ");
    assertThat(lines.getFirst().timestamp()).isEqualTo(TS.strip());
  }

  @Test
  void the_last_lines_outlive_the_container() throws Exception {
    FakeContainer c = running("t1");
    engine().log(c, 1, TS + " out\n");
    engine().log(c, 2, TS + "k=v err\n");
    engine().exit(c, 1);
    leader.awaitState("t1", TaskState.FAILED);
    Path managed = dir.resolve("data").resolve("logs").resolve("t1");
    until(() -> Files.exists(managed));
    engine().destroy(c);
    List<LogLine> lines = toTheEnd(open("t1", false, null), 0);
    assertThat(lines).extracting(LogServerTest::text).containsExactly("1out\n", "2err\n");
    assertThat(lines.getLast().attributes()).isEqualTo(Map.of("k", "v"));
    assertThat(toTheEnd(open("t1", true, 1), 0))
        .extracting(LogServerTest::text)
        .containsExactly("2err\n");
    leader.unassign("t1");
    until(() -> !Files.exists(managed));
  }

  @Test
  void a_reader_that_does_not_ask_holds_the_engine_back() throws Exception {
    FakeContainer c = running("t1");
    String line = TS + " " + "x".repeat(15_000) + "\n";
    for (int i = 0; i < 2_000; i++) {
      engine().log(c, 1, line);
    }
    LogsOpened opened = open("t1", false, null);
    LogLines first = next(opened, 0);
    assertThat(first.lines()).hasSizeLessThan(20);
    assertThat(first.end()).isFalse();
    assertThat(first.lines().size() + toTheEnd(opened, 1).size()).isEqualTo(2_000);
  }

  @Test
  void an_engine_that_goes_away_does_not_end_the_log() throws Exception {
    FakeContainer c = running("t1");
    engine().log(c, 1, TS + " before\n");
    LogsOpened opened = open("t1", true, null);
    assertThat(next(opened, 0).lines()).hasSize(1);

    engine().down();

    // The reader is to open another stream, which it does not do for one that has ended.
    assertThatThrownBy(() -> toTheEnd(opened, 1))
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.NOT_FOUND));
    engine().up();
  }

  @Test
  void a_member_of_the_swarm_is_led_to_the_engine() throws Exception {
    TunnelOpened way =
        Await.result(
            bus.request(
                Addresses.tunnel(NODE),
                new OpenTunnel("manager1"),
                TunnelOpened.class,
                Duration.ofSeconds(10)));
    assertThat(way.host()).isEqualTo("127.0.0.2");
    try (Socket peer = new Socket(InetAddress.ofLiteral(way.host()), way.port())) {
      peer.getOutputStream()
          .write(
              (way.ticket().text() + "\nGET /_ping HTTP/1.0\r\n\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      assertThat(new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains(" 200 OK");
    }
  }

  @Test
  void a_closed_stream_is_gone() throws Exception {
    running("t1");
    LogsOpened opened = open("t1", true, null);
    bus.send(Addresses.logsClose(NODE), new CloseLogs(opened.streamId()));
    assertThatThrownBy(
            () -> {
              for (long sequence = 0; sequence < 100; sequence++) {
                next(opened, sequence);
              }
            })
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.NOT_FOUND));
  }

  @Test
  void a_line_that_is_not_as_expected_is_passed_on_whole() {
    assertThat(text(LogLineParser.parse(new LogFrame(1, Buffer.buffer("short\n")))))
        .isEqualTo("1short\n");
    assertThat(text(LogLineParser.parse(new LogFrame(3, Buffer.buffer("some error text here")))))
        .isEqualTo("3some error text here");
    assertThat(text(LogLineParser.parse(new LogFrame(1, Buffer.buffer(TS + " \n")))))
        .isEqualTo("1\n");
  }
}
