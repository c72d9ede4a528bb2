package dev.skep.node;

import static dev.skep.node.FakeDispatcher.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.container.ContainerRequest;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.LogsOpened;
import dev.skep.store.bus.message.LogMessages.NextLogs;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent and a real engine. Every test has a node id of its own and leaves the swarm at its end.
 */
@Tag("engine")
class AgentEngineTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final String node = Ids.next(RANDOM);
  private final FakeDispatcher leader = new FakeDispatcher(vertx, node);
  private final Map<String, String> deployments = new HashMap<>();

  @BeforeEach
  void start() throws Exception {
    EngineLive.makeImage(dir);
    startAgent(node);
    leader.awaitSession(1);
  }

  @AfterEach
  void leave() throws Exception {
    try {
      for (String each : List.copyOf(deployments.keySet())) {
        leaveSwarm(each);
      }
      assertThat(
              EngineLive.output(
                  "ps", "-aq", "--filter", "label=" + ContainerRequest.NODE_LABEL + "=" + node))
          .isEmpty();
      assertThat(
              EngineLive.output(
                  "network", "ls", "-q", "--filter", "label=dev.skep.node.id=" + node))
          .isEmpty();
      assertThat(Path.of("/dev/shm/skep-tasks/" + node)).doesNotExist();
    } finally {
      await(vertx.close());
    }
  }

  private Left leaveSwarm(String nodeId) throws Exception {
    return await(
        new Bus(vertx.eventBus(), TestKeys.ALL)
            .request(
                Addresses.leave(nodeId), new Leave(nodeId), Left.class, Duration.ofSeconds(25)));
  }

  private void startAgent(String nodeId) throws Exception {
    NodeSettings settings =
        new NodeSettings(
            nodeId,
            TestKeys.KEY,
            "host1",
            "127.0.0.2",
            null,
            EngineLive.SOCKET,
            dir.resolve(nodeId),
            List.of(Path.of("/dev/shm")),
            List.of());
    NodeVerticle verticle = new NodeVerticle(settings, vertx, InstantSource.system(), RANDOM);
    deployments.put(
        nodeId,
        await(
            vertx.deployVerticle(
                verticle,
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))));
  }

  private void stopAgent(String nodeId) throws Exception {
    await(vertx.undeploy(Objects.requireNonNull(deployments.remove(nodeId))));
  }

  private static ContainerSpecBuilder sleeping() {
    return ContainerSpecBuilder.builder()
        .image(EngineLive.IMAGE)
        .args(List.of("sleep", "1000"))
        .stopSignal("SIGKILL");
  }

  private static ContainerSpecBuilder shell(String script) {
    return ContainerSpecBuilder.builder()
        .image(EngineLive.IMAGE)
        .command(List.of("sh", "-c", script))
        .stopGracePeriod(SECOND);
  }

  private Task task(ContainerSpec spec) {
    return Fixtures.task(Ids.next(RANDOM), node, spec);
  }

  private Task task(TaskSpec spec) {
    return Fixtures.task(Ids.next(RANDOM), node, spec);
  }

  private static TaskStatus.ContainerStatus container(TaskReport report) {
    return Objects.requireNonNull(report.status().containerStatus());
  }

  private String containerId(Task task) throws Exception {
    return Objects.requireNonNull(
        container(leader.awaitState(task.id(), TaskState.RUNNING)).containerId());
  }

  private String startedAt(String container) throws Exception {
    return EngineLive.output("inspect", "-f", "{{.State.StartedAt}}", container);
  }

  @Test
  void runs_a_task_as_swarm_would_and_reports_its_process() throws Exception {
    Task task =
        task(
            sleeping()
                .env(
                    List.of(
                        "WHO={{.Task.Name}}",
                        "AT={{.Node.Hostname}}",
                        "TIER={{index .Service.Labels \"tier\"}}"))
                .hostname("{{.Service.Name}}-{{.Task.Slot}}")
                .labels(Map.of("a", "b"))
                .user("7:8")
                .groups(List.of("9"))
                .dir("/tmp")
                .hosts(List.of("10.1.2.3 db"))
                .readOnly(true)
                .init(true)
                .capabilityDrop(List.of("CAP_CHOWN"))
                .ulimits(List.of(new ContainerSpec.Ulimit("nofile", 100L, 200L)))
                .mounts(
                    List.of(
                        new Mount(
                            "tmpfs",
                            null,
                            "/scratch",
                            null,
                            null,
                            null,
                            null,
                            null,
                            new Mount.TmpfsOptions(1L << 20, 01777, List.of()),
                            null)))
                .build());
    leader.assign(task);
    TaskReport running =
        leader.awaitReport(
            task.id(),
            r -> r.status().state() == TaskState.RUNNING && container(r).pid() > 0,
            "running with its process");
    String id = Objects.requireNonNull(container(running).containerId());
    assertThat(Files.exists(Path.of("/proc/" + container(running).pid()))).isTrue();
    assertThat(EngineLive.output("inspect", "-f", "{{.Name}}", id)).isEqualTo("/" + task.name());
    assertThat(EngineLive.output("inspect", "-f", "{{json .Config.Labels}}", id))
        .contains(
            "\"a\":\"b\"",
            "\"com.docker.swarm.service.name\":\"web\"",
            "\"com.docker.swarm.task\":\"\"",
            "\"com.docker.swarm.task.name\":\"" + task.name() + "\"");
    assertThat(EngineLive.output("exec", id, "env"))
        .contains("WHO=" + task.name(), "AT=host1", "TIER=front", "HOSTNAME=web-1");
    assertThat(EngineLive.output("exec", id, "id")).contains("uid=7", "gid=8", "groups=8,9");
    assertThat(EngineLive.output("exec", id, "cat", "/etc/hosts")).contains("10.1.2.3\tdb");
    assertThat(EngineLive.docker("exec", id, "touch", "/x").code()).isNotZero();
    assertThat(EngineLive.docker("exec", id, "touch", "/scratch/x").code()).isZero();
    // Of the process itself: runc gives what is executed beside it the hard limit as its soft one.
    assertThat(Files.readString(Path.of("/proc/" + container(running).pid() + "/limits")))
        .containsPattern("Max open files +100 +200 ");
  }

  @Test
  void reports_exits_and_leaves_the_log_behind() throws Exception {
    Task good = task(shell("exit 0").build());
    Task bad = task(shell("echo going; exit 3").build());
    leader.assign(good, bad);
    assertThat(leader.awaitState(good.id(), TaskState.COMPLETE).status().message())
        .isEqualTo("finished");
    TaskReport failed = leader.awaitState(bad.id(), TaskState.FAILED);
    assertThat(failed.status().err()).isEqualTo("task: non-zero exit (3)");
    assertThat(container(failed).exitCode()).isEqualTo(3);
    assertThat(EngineLive.output("logs", bad.name())).isEqualTo("going");
  }

  @Test
  void a_killed_container_fails_its_task() throws Exception {
    Task task = task(sleeping().build());
    leader.assign(task);
    EngineLive.output("kill", containerId(task));
    assertThat(leader.awaitState(task.id(), TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137)");
  }

  @Test
  void a_missing_image_and_a_missing_program_are_told_in_the_engines_words() throws Exception {
    Task image = task(ContainerSpec.of("sha256:" + "0".repeat(64)));
    Task program =
        task(
            ContainerSpecBuilder.builder()
                .image(EngineLive.IMAGE)
                .command(List.of("nosuch"))
                .build());
    leader.assign(image, program);
    assertThat(leader.awaitState(image.id(), TaskState.REJECTED).status().err())
        .isEqualTo("No such image: sha256:" + "0".repeat(64));
    assertThat(leader.awaitState(program.id(), TaskState.FAILED).status().err())
        .startsWith("starting container failed: ")
        .contains("nosuch");
  }

  @Test
  void secrets_and_configs_are_files_in_memory_with_owner_and_mode() throws Exception {
    leader.provide(Fixtures.secret("sec1", "hush"));
    leader.provide(Fixtures.config("cfg1", "for {{.Task.Name}}"));
    Task task =
        task(
            sleeping()
                .secrets(
                    List.of(
                        new ContainerSpec.SecretReference(
                            new ContainerSpec.FileTarget("password", "7", "8", 0440),
                            "sec1",
                            "sec1")))
                .configs(
                    List.of(
                        new ContainerSpec.ConfigReference(
                            new ContainerSpec.FileTarget("/etc/app.conf", "0", "0", 0444),
                            null,
                            "cfg1",
                            "cfg1")))
                .build());
    leader.assign(task);
    String id = containerId(task);
    assertThat(EngineLive.output("exec", id, "cat", "/run/secrets/password")).isEqualTo("hush");
    assertThat(EngineLive.output("exec", id, "stat", "-c", "%u:%g:%a", "/run/secrets/password"))
        .isEqualTo("7:8:440");
    assertThat(EngineLive.output("exec", id, "cat", "/etc/app.conf"))
        .isEqualTo("for {{.Task.Name}}");
    assertThat(EngineLive.output("exec", id, "grep", "^tmpfs /run/secrets/", "/proc/mounts"))
        .contains("ro");
    assertThat(EngineLive.docker("exec", id, "sh", "-c", "echo x > /run/secrets/password").code())
        .isNotZero();
    leader.unassign(task.id());
    eventually(
        () -> !Files.exists(Path.of("/dev/shm/skep-tasks/" + node + "/" + task.id())),
        "the files to go");
  }

  @Test
  void a_probed_task_runs_when_healthy_and_fails_when_not() throws Exception {
    ContainerSpec.Healthcheck probe =
        new ContainerSpec.Healthcheck(
            List.of("CMD-SHELL", "test -e /tmp/well || { echo not well; false; }"),
            SECOND / 5,
            SECOND * 5,
            1,
            0L,
            null);
    Task task =
        task(
            shell(
                    "sleep 0.3; touch /tmp/well; sleep 1; rm /tmp/well 2>/dev/null || busybox rm /tmp/well; sleep 1000")
                .healthcheck(
                    new ContainerSpec.Healthcheck(
                        probe.test(), SECOND / 5, SECOND * 5, 3, 0L, null))
                .stopSignal("SIGKILL")
                .build());
    leader.assign(task);
    leader.awaitState(task.id(), TaskState.RUNNING);
    assertThat(leader.reports(task.id()))
        .extracting(r -> r.status().state())
        .contains(TaskState.STARTING);
    assertThat(leader.awaitState(task.id(), TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137): dockerexec: unhealthy container: not well");
  }

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
  void two_agents_share_an_engine_and_each_touches_its_own_only() throws Exception {
    String otherNode = Ids.next(RANDOM);
    Vertx otherCluster = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    try {
      FakeDispatcher otherLeader = new FakeDispatcher(otherCluster, otherNode);
      NodeSettings settings =
          new NodeSettings(
              otherNode,
              TestKeys.KEY,
              "host2",
              "127.0.0.3",
              null,
              EngineLive.SOCKET,
              dir.resolve(otherNode),
              List.of(Path.of("/dev/shm")),
              List.of());
      await(
          otherCluster.deployVerticle(
              new NodeVerticle(settings, otherCluster, InstantSource.system(), RANDOM),
              new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
      otherLeader.awaitSession(1);
      Network net = Fixtures.network("net" + Ids.next(RANDOM), "back");
      leader.provide(net);
      otherLeader.provide(net);
      TaskSpec spec =
          TaskSpec.of(sleeping().build())
              .withNetworks(
                  List.of(new TaskSpec.NetworkAttachmentConfig(net.id(), List.of(), Map.of())));
      Task mine = task(spec);
      Task theirs = Fixtures.task(Ids.next(RANDOM), otherNode, spec);
      leader.assign(mine);
      otherLeader.assign(theirs);
      leader.awaitState(mine.id(), TaskState.RUNNING);
      String theirContainer =
          Objects.requireNonNull(
              container(otherLeader.awaitState(theirs.id(), TaskState.RUNNING)).containerId());
      String since = startedAt(theirContainer);
      assertThat(leaveSwarm(node).removedContainers()).isEqualTo(1);
      deployments.remove(node);
      assertThat(startedAt(theirContainer)).isEqualTo(since);
      assertThat(EngineLive.output("inspect", "-f", "{{.State.Running}}", theirContainer))
          .isEqualTo("true");
      Left left =
          await(
              new Bus(otherCluster.eventBus(), TestKeys.ALL)
                  .request(
                      Addresses.leave(otherNode),
                      new Leave(otherNode),
                      Left.class,
                      Duration.ofSeconds(25)));
      assertThat(left.removedContainers()).isEqualTo(1);
    } finally {
      await(otherCluster.close());
    }
  }

  @Test
  void two_networks_are_both_joined() throws Exception {
    Network front = Fixtures.network("net" + Ids.next(RANDOM), "front");
    Network back = Fixtures.network("net" + Ids.next(RANDOM), "back");
    leader.provide(front);
    leader.provide(back);
    TaskSpec spec =
        TaskSpec.of(sleeping().build())
            .withNetworks(
                List.of(
                    new TaskSpec.NetworkAttachmentConfig(front.id(), List.of(), Map.of()),
                    new TaskSpec.NetworkAttachmentConfig(back.id(), List.of(), Map.of())));
    Task task = task(spec);
    leader.assign(task);
    TaskReport running = leader.awaitState(task.id(), TaskState.RUNNING);
    assertThat(running.networks())
        .extracting(n -> Objects.requireNonNull(n.network()).id())
        .containsExactly(front.id(), back.id());
    assertThat(running.networks()).allSatisfy(n -> assertThat(n.addresses()).hasSize(1));
  }

  @Test
  void a_host_port_is_bound_and_reported() throws Exception {
    Task task =
        task(shell("echo hello > /tmp/index.html; exec httpd -f -p 80 -h /tmp")
                .stopSignal("SIGKILL")
                .build())
            .withEndpoint(
                new ServiceSpec.EndpointSpec(
                    null, List.of(new ServiceSpec.PortConfig(null, "tcp", 80, 0, "host"))));
    leader.assign(task);
    TaskReport running = leader.awaitState(task.id(), TaskState.RUNNING);
    int port =
        Objects.requireNonNull(running.status().portStatus().ports().getFirst().publishedPort());
    assertThat(port).isPositive();
    eventually(() -> get(port).contains("hello"), "an answer at the host's port");
  }

  private static String get(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write("GET /index.html HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (java.io.IOException e) {
      return e.toString();
    }
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
        await(
            bus.request(
                Addresses.logs(node),
                new OpenLogs(task.id(), true, true, true, null, null, null),
                LogsOpened.class,
                Duration.ofSeconds(10)));
    List<LogLine> lines = new ArrayList<>();
    for (long sequence = 0; ; sequence++) {
      LogLines next =
          await(
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

  interface Attempt {
    boolean holds() throws Exception;
  }

  private static void eventually(Attempt condition, String what) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 20 s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
