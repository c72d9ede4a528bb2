package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.container.ContainerRequest;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.LogsOpened;
import dev.skep.store.bus.message.LogMessages.NextLogs;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks that go on, end and are many, on a real engine. */
@Tag("engine")
class AgentEngineLifeTest extends EngineFixture {
  @Test
  void adopts_a_running_container_and_learns_what_it_missed() throws Exception {
    Task stays = task(sleeping().build());
    Task ends = task(sleeping().build());
    leader.assign(stays, ends);
    String staying = containerId(stays);
    String ending = containerId(ends);
    leader.awaitReport(
        stays.id(),
        r -> r.status().containerStatus() != null && container(r).pid() > 0,
        "with its process");
    leader.awaitReport(
        ends.id(),
        r -> r.status().containerStatus() != null && container(r).pid() > 0,
        "with its process");
    String since = startedAt(staying);
    stopAgent(node);
    EngineLive.output("kill", ending);
    startAgent(node);
    leader.forgetSession();
    assertThat(leader.awaitState(ends.id(), TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137)");
    assertThat(startedAt(staying)).isEqualTo(since);
    EngineLive.output("kill", staying);
    leader.awaitState(stays.id(), TaskState.FAILED);
  }

  @Test
  void stops_with_the_signal_and_kills_after_the_grace_period() throws Exception {
    Task polite =
        task(
            shell("trap 'echo bye; exit 0' USR1; while true; do sleep 0.05; done")
                .stopSignal("SIGUSR1")
                .stopGracePeriod(20 * SECOND)
                .build());
    Task deaf =
        task(
            shell("trap '' TERM; while true; do sleep 0.05; done").stopGracePeriod(SECOND).build());
    leader.assign(polite, deaf);
    leader.awaitState(polite.id(), TaskState.RUNNING);
    leader.awaitState(deaf.id(), TaskState.RUNNING);
    eventually(() -> EngineLive.output("top", deaf.name()).contains("sleep"), "the trap to be set");
    leader.assign(
        polite.withDesiredState(TaskState.SHUTDOWN), deaf.withDesiredState(TaskState.SHUTDOWN));
    assertThat(container(leader.awaitState(polite.id(), TaskState.SHUTDOWN)).exitCode()).isZero();
    assertThat(container(leader.awaitState(deaf.id(), TaskState.SHUTDOWN)).exitCode())
        .isEqualTo(137);
    assertThat(EngineLive.output("logs", polite.name())).isEqualTo("bye");
  }

  @Test
  void hands_out_a_log_while_it_grows_and_to_its_end() throws Exception {
    Task task = task(shell("echo one; echo two >&2; sleep 0.5; echo three").build());
    leader.assign(task);
    leader.awaitState(task.id(), TaskState.RUNNING);
    Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);
    LogsOpened opened =
        Await.result(
            bus.request(
                Addresses.logs(node),
                new OpenLogs(task.id(), true, true, true, null, null, null),
                LogsOpened.class,
                Duration.ofSeconds(10)));
    List<LogLine> lines = new ArrayList<>();
    for (long sequence = 0; ; sequence++) {
      LogLines next =
          Await.result(
              bus.request(
                  Addresses.logsNext(node),
                  new NextLogs(opened.streamId(), sequence),
                  LogLines.class,
                  Duration.ofSeconds(10)));
      lines.addAll(next.lines());
      if (next.end()) {
        break;
      }
    }
    assertThat(lines)
        .extracting(l -> l.stream() + new String(l.data(), StandardCharsets.UTF_8))
        .containsExactlyInAnyOrder("1one\n", "2two\n", "1three\n");
    assertThat(lines)
        .allSatisfy(l ->
            assertThat(l.timestamp())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z"));
  }

  @Test
  void a_hundred_tasks_start_and_go_at_the_pace_of_the_engine() throws Exception {
    Network host = Fixtures.predefined("nethost", "host");
    leader.provide(host);
    TaskSpec spec =
        TaskSpec.of(sleeping().build())
            .withNetworks(
                List.of(new TaskSpec.NetworkAttachmentConfig(host.id(), List.of(), Map.of())));
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tasks.add(task(spec).withSlot(i + 1));
    }
    long start = System.nanoTime();
    leader.assign(tasks.toArray(Task[]::new));
    for (Task task : tasks) {
      leader.awaitState(task.id(), TaskState.RUNNING);
    }
    long running = System.nanoTime();
    for (Task task : tasks) {
      leader.awaitReport(
          task.id(),
          r -> r.status().containerStatus() != null && container(r).pid() > 0,
          "with its process");
    }
    long known = System.nanoTime();
    leader.assign(
        tasks.stream().map(t -> t.withDesiredState(TaskState.REMOVE)).toArray(Task[]::new));
    for (Task task : tasks) {
      leader.awaitState(task.id(), TaskState.SHUTDOWN);
    }
    long gone = System.nanoTime();
    System.out.printf(
        "100 tasks: running after %.2f s, their processes known %.2f s later, removed in %.2f s%n",
        (running - start) / 1e9, (known - running) / 1e9, (gone - known) / 1e9);
    assertThat(
            EngineLive.output(
                "ps", "-aq", "--filter", "label=" + ContainerRequest.NODE_LABEL + "=" + node))
        .isEmpty();
  }
}
