package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.container.ContainerRequest;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent and a real engine. Every test has a node id of its own and leaves the swarm at its end.
 */
abstract class EngineFixture {
  static final SecureRandom RANDOM = new SecureRandom();
  static final long SECOND = Duration.ofSeconds(1).toNanos();

  @TempDir Path dir;
  final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  final String node = Ids.next(RANDOM);
  final FakeDispatcher leader = new FakeDispatcher(vertx, node);
  final Map<String, String> deployments = new HashMap<>();

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
      Await.result(vertx.close());
    }
  }

  Left leaveSwarm(String nodeId) throws Exception {
    return Await.result(
        new Bus(vertx.eventBus(), TestKeys.ALL)
            .request(
                Addresses.leave(nodeId), new Leave(nodeId), Left.class, Duration.ofSeconds(25)));
  }

  void startAgent(String nodeId) throws Exception {
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
        Await.result(
            vertx.deployVerticle(
                verticle,
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))));
  }

  void stopAgent(String nodeId) throws Exception {
    Await.result(vertx.undeploy(Objects.requireNonNull(deployments.remove(nodeId))));
  }

  static ContainerSpecBuilder sleeping() {
    return ContainerSpecBuilder.builder()
        .image(EngineLive.IMAGE)
        .args(List.of("sleep", "1000"))
        .stopSignal("SIGKILL");
  }

  static ContainerSpecBuilder shell(String script) {
    return ContainerSpecBuilder.builder()
        .image(EngineLive.IMAGE)
        .command(List.of("sh", "-c", script))
        .stopGracePeriod(SECOND);
  }

  Task task(ContainerSpec spec) {
    return Fixtures.task(Ids.next(RANDOM), node, spec);
  }

  Task task(TaskSpec spec) {
    return Fixtures.task(Ids.next(RANDOM), node, spec);
  }

  static TaskStatus.ContainerStatus container(TaskReport report) {
    return Objects.requireNonNull(report.status().containerStatus());
  }

  String containerId(Task task) throws Exception {
    return Objects.requireNonNull(
        container(leader.awaitState(task.id(), TaskState.RUNNING)).containerId());
  }

  String startedAt(String container) throws Exception {
    return EngineLive.output("inspect", "-f", "{{.State.StartedAt}}", container);
  }

  static String get(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write("GET /index.html HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  static void eventually(Await.Condition condition, String what) {
    Await.until(what, condition);
  }
}
