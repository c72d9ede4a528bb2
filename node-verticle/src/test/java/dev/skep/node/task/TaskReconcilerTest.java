package dev.skep.node.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.Engine;
import dev.skep.engine.fake.FakeEngine;
import dev.skep.node.Fixtures;
import dev.skep.node.agent.Assignments;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.NodeFacts;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.dns.LocalDns;
import dev.skep.node.execute.ConnectionDrain;
import dev.skep.node.execute.EngineTaskExecutor;
import dev.skep.node.execute.TaskNetworks;
import dev.skep.node.image.Images;
import dev.skep.node.network.BridgeDriver;
import dev.skep.node.network.NodeNetworks;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reconciler makes of things that happen at once. */
class TaskReconcilerTest {
  private static final String NODE = "node1";
  private static final long PATIENCE_SECONDS = 20;

  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private @Nullable FakeEngine fakeEngine;
  private @Nullable Home home;

  /** A verticle's context with a reconciler on it. */
  private final class Home extends VerticleBase {
    private @Nullable Fibers fibers;
    private @Nullable TaskReconciler reconciler;

    @Override
    public Future<?> start() {
      Fibers own = new Fibers(vertx);
      Engine engine = new Engine(vertx, dir.resolve("engine.sock"));
      Provisions provisions = new Provisions(new NodeFacts(NODE, "host1", "linux", "x86_64"));
      LocalDns names = new LocalDns(vertx, new SecureRandom(), InstantSource.system());
      NodeNetworks networks = new NodeNetworks(new BridgeDriver(engine, NODE), names, own);
      TaskExecutor executor =
          new EngineTaskExecutor(
              NODE,
              engine,
              own,
              provisions,
              new Images(engine, own, InstantSource.system()),
              new TaskNetworks(networks, provisions),
              new TaskFiles(List.of(dir), NODE),
              new ConnectionDrain(new Bus(vertx.eventBus(), TestKeys.ALL), NODE));
      fibers = own;
      reconciler =
          new TaskReconciler(
              NODE,
              executor,
              provisions,
              new NamePublisher(own, names, provisions),
              new RecordingListener(),
              own,
              InstantSource.system());
      return Future.succeededFuture();
    }
  }

  @BeforeEach
  void start() throws Exception {
    fakeEngine = FakeEngine.start(vertx, dir.resolve("engine.sock"));
    home = new Home();
    Await.result(
        vertx.deployVerticle(
            home, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
  }

  @AfterEach
  void stop() throws Exception {
    Await.result(vertx.close());
  }

  private FakeEngine engine() {
    return Objects.requireNonNull(fakeEngine);
  }

  private Fibers fibers() {
    return Objects.requireNonNull(Objects.requireNonNull(home).fibers);
  }

  private TaskReconciler reconciler() {
    return Objects.requireNonNull(Objects.requireNonNull(home).reconciler);
  }

  @Test
  void assignments_that_come_with_the_engines_list_overtake_no_look_at_a_container()
      throws Exception {
    Engine direct = new Engine(vertx, dir.resolve("engine.sock"));
    engine().addImage(Fixtures.IMAGE);
    run(direct, "t1");
    run(direct, "t2");
    engine().holdLists();
    fibers().run(reconciler()::engineConnected);
    until(() -> engine().calls().stream().anyMatch(call -> call.endsWith("/containers/json")));
    Task wanted = Fixtures.task("t1", NODE);
    Task running = wanted.withStatus(wanted.status().withState(TaskState.RUNNING));
    Assignments assignments =
        new Assignments(Map.of("t1", running), Map.of(), Map.of(), Map.of(), Map.of());

    // The list is there before the assignments are taken, and what waits for it comes behind them.
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch listed = new CountDownLatch(1);
    Future<Boolean> taken =
        fibers()
            .start(() -> {
              begun.countDown();
              boolean came = listed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              reconciler().take(assignments, Set.of(), true);
              return came;
            });
    assertThat(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    engine().releaseLists();
    for (int i = 0; i < 5; i++) {
      Await.result(direct.listContainers(List.of()));
    }
    listed.countDown();

    assertThat(Await.result(taken)).isTrue();
    until(() -> engine().containers().size() == 1);
    assertThat(engine().named("web.1.t1").running()).isTrue();
    assertThat(Await.result(fibers().start(() -> reconciler().find("t1").orElseThrow().state())))
        .isEqualTo(TaskState.RUNNING);
  }

  private void run(Engine direct, String taskId) throws Exception {
    JsonObject labels =
        new JsonObject()
            .put(ContainerRequest.NODE_LABEL, NODE)
            .put(ContainerRequest.TASK_LABEL, taskId);
    JsonObject body = new JsonObject().put("Image", Fixtures.IMAGE).put("Labels", labels);
    String name = Fixtures.task(taskId, NODE).name();
    Await.result(direct.startContainer(Await.result(direct.createContainer(name, body))));
  }

  /** Waits for something that no message tells. */
  private static void until(Await.Condition condition) {
    Await.until("what no message tells", condition);
  }
}
