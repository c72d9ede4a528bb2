package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.engine.fake.FakeEngine;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent, between a dispatcher and an engine that tests hold in their hands. */
abstract class AgentFixture {
  static final String NODE = "node1";

  @TempDir Path dir;
  final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
  private @Nullable FakeEngine fakeEngine;
  private @Nullable FakeDispatcher fakeDispatcher;
  private @Nullable String deployment;

  @BeforeEach
  void start() throws Exception {
    vertx.exceptionHandler(uncaught::add);
    fakeEngine = FakeEngine.start(vertx, dir.resolve("engine.sock"));
    engine().addImage(Fixtures.IMAGE);
    fakeDispatcher = new FakeDispatcher(vertx, NODE);
  }

  @AfterEach
  void stop() throws Exception {
    Await.result(vertx.close());
    assertThat(uncaught).isEmpty();
  }

  FakeEngine engine() {
    return Objects.requireNonNull(fakeEngine);
  }

  FakeDispatcher leader() {
    return Objects.requireNonNull(fakeDispatcher);
  }

  Supplier<Optional<String>> silence = Optional::empty;

  void startAgent() throws Exception {
    startAgent(InstantSource.system());
  }

  void startAgent(InstantSource clock) throws Exception {
    NodeSettings settings =
        new NodeSettings(
            NODE,
            TestKeys.KEY,
            "host1",
            "127.0.0.2",
            "127.0.0.2:9000",
            dir.resolve("engine.sock"),
            dir.resolve("data"),
            List.of(Path.of("/dev/shm/skep-test-" + dir.getFileName())),
            List.of());
    NodeVerticle verticle = new NodeVerticle(settings, vertx, clock, new SecureRandom());
    silence = verticle::silence;
    deployment =
        Await.result(
            vertx.deployVerticle(
                verticle,
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
  }

  void stopAgent() throws Exception {
    Await.result(vertx.undeploy(Objects.requireNonNull(deployment)));
  }

  void startInSession() throws Exception {
    startAgent();
    leader().awaitSession(1);
  }

  /** Waits for something that no message tells. */
  static void eventually(Await.Condition condition, String what) {
    Await.until(what, condition);
  }

  static ContainerSpec killed() {
    return ContainerSpecBuilder.builder().image(Fixtures.IMAGE).stopSignal("SIGKILL").build();
  }

  static dev.skep.store.model.TaskStatus.ContainerStatus container(TaskReport report) {
    return Objects.requireNonNullElse(
        report.status().containerStatus(),
        new dev.skep.store.model.TaskStatus.ContainerStatus("", 0, 0));
  }

  FakeContainer foreign(String name) throws Exception {
    dev.skep.engine.Engine direct = new dev.skep.engine.Engine(vertx, dir.resolve("engine.sock"));
    io.vertx.core.json.JsonObject labels =
        new io.vertx.core.json.JsonObject()
            .put("com.docker.swarm.node.id", "node2")
            .put("com.docker.swarm.task.id", "x");
    String id =
        Await.result(
            direct.createContainer(
                name,
                new io.vertx.core.json.JsonObject()
                    .put("Image", Fixtures.IMAGE)
                    .put("Labels", labels)));
    Await.result(direct.startContainer(id));
    return engine().named(name);
  }
}
