package dev.skep.node;

import static dev.skep.node.FakeDispatcher.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.engine.fake.FakeEngine;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.bus.message.IngressMessages.Drain;
import dev.skep.store.bus.message.IngressMessages.Drained;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent, between a dispatcher and an engine that tests hold in their hands. */
class AgentTest {
  private static final String NODE = "node1";

  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
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
    await(vertx.close());
    assertThat(uncaught).isEmpty();
  }

  private FakeEngine engine() {
    return Objects.requireNonNull(fakeEngine);
  }

  private FakeDispatcher leader() {
    return Objects.requireNonNull(fakeDispatcher);
  }

  private Supplier<Optional<String>> silence = Optional::empty;

  private void startAgent() throws Exception {
    startAgent(InstantSource.system());
  }

  private void startAgent(InstantSource clock) throws Exception {
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
        await(
            vertx.deployVerticle(
                verticle,
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
  }

  private void stopAgent() throws Exception {
    await(vertx.undeploy(Objects.requireNonNull(deployment)));
  }

  private void startInSession() throws Exception {
    startAgent();
    leader().awaitSession(1);
  }

  /** Waits for something that no message tells. */
  private static void eventually(FakeDispatcher.Condition condition, String what)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 20 s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static ContainerSpec killed() {
    return ContainerSpecBuilder.builder().image(Fixtures.IMAGE).stopSignal("SIGKILL").build();
  }

  @Test
  void says_that_no_leader_answers_until_one_does() throws Exception {
    leader().silent(true);
    startAgent();
    eventually(
        () -> silence.get().filter(why -> why.contains("no manager answers")).isPresent(),
        "that no leader answers");
    leader().silent(false);
    leader().awaitSession(1);
    eventually(() -> silence.get().isEmpty(), "that one answers");
  }

  @Test
  void introduces_its_node_and_sends_heartbeats() throws Exception {
    startInSession();
    assertThat(leader().introductions().getFirst().description().hostname()).isEqualTo("host1");
    assertThat(leader().introductions().getFirst().description().resources().nanoCpusOrZero())
        .isEqualTo(2_000_000_000L);
    assertThat(leader().introductions().getFirst().meshAddress()).isEqualTo("127.0.0.2:9000");
    int before = leader().heartbeats();
    eventually(() -> leader().heartbeats() > before + 2, "heartbeats");
  }

  @Test
  void runs_a_task_with_no_more_calls_than_needed() throws Exception {
    startInSession();
    engine().forgetCalls();
    leader().assign(Fixtures.task("t1", NODE));
    TaskReport running =
        leader()
            .awaitReport(
                "t1",
                r -> r.status().state() == TaskState.RUNNING && container(r).pid() > 0,
                "running, with its process");
    FakeContainer c = engine().named("web.1.t1");
    assertThat(container(running).containerId()).isEqualTo(c.id);
    assertThat(running.status().message()).isEqualTo("started");
    assertThat(engine().calls())
        .containsExactly(
            "GET /v1.41/images/app:1/json",
            "POST /v1.41/containers/create",
            "POST /v1.41/containers/" + c.id + "/start",
            "GET /v1.41/containers/" + c.id + "/json");
    assertThat(c.labels())
        .containsEntry("com.docker.swarm.node.id", NODE)
        .containsEntry("com.docker.swarm.task.id", "t1");
  }

  private static dev.skep.store.model.TaskStatus.ContainerStatus container(TaskReport report) {
    return Objects.requireNonNullElse(
        report.status().containerStatus(),
        new dev.skep.store.model.TaskStatus.ContainerStatus("", 0, 0));
  }

  @Test
  void reports_how_a_container_ended() throws Exception {
    startInSession();
    leader()
        .assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE), Fixtures.task("t3", NODE));
    for (String id : List.of("t1", "t2", "t3")) {
      leader().awaitState(id, TaskState.RUNNING);
    }
    engine().exit(engine().named("web.1.t1"), 0);
    engine().exit(engine().named("web.1.t2"), 3);
    engine().oom(engine().named("web.1.t3"));
    assertThat(leader().awaitState("t1", TaskState.COMPLETE).status().message())
        .isEqualTo("finished");
    TaskReport failed = leader().awaitState("t2", TaskState.FAILED);
    assertThat(failed.status().err()).isEqualTo("task: non-zero exit (3)");
    assertThat(failed.status().message()).isEqualTo("started");
    assertThat(container(failed).exitCode()).isEqualTo(3);
    assertThat(leader().awaitState("t3", TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137): out of memory");
    assertThat(engine().containers()).as("their logs can still be read").hasSize(3);
  }

  @Test
  void rejects_a_task_whose_image_is_nowhere_in_the_engines_words() throws Exception {
    startInSession();
    leader()
        .assign(
            Fixtures.task("t1", NODE, ContainerSpec.of("nosuch:9")),
            Fixtures.task("t2", NODE, ContainerSpec.of("sha256:abcd")));
    TaskReport rejected = leader().awaitState("t1", TaskState.REJECTED);
    assertThat(rejected.status().err()).isEqualTo("No such image: nosuch:9");
    assertThat(rejected.status().message()).isEqualTo("preparing");
    assertThat(leader().awaitState("t2", TaskState.REJECTED).status().err())
        .isEqualTo("No such image: sha256:abcd");
    assertThat(engine().calls().stream().filter(c -> c.contains("/images/create")).count())
        .as("an id is never pulled")
        .isEqualTo(1);
  }

  @Test
  void pulls_a_missing_image_once_with_the_services_credentials() throws Exception {
    engine().makePullable("reg.example/app:2");
    startInSession();
    leader().provideAuth("svcid", "c2VjcmV0");
    leader()
        .assign(
            Fixtures.task("t1", NODE, ContainerSpec.of("reg.example/app:2")),
            Fixtures.task("t2", NODE, ContainerSpec.of("reg.example/app:2")));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().awaitState("t2", TaskState.RUNNING);
    assertThat(engine().lastRegistryAuth()).isEqualTo("c2VjcmV0");
    assertThat(engine().calls().stream().filter(c -> c.contains("/images/create")).count())
        .isEqualTo(1);
  }

  @Test
  void a_pull_s_progress_shows_in_the_task_s_message_while_it_lasts() throws Exception {
    engine().makePullable("reg.example/app:2");
    engine().holdPulls();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, ContainerSpec.of("reg.example/app:2")));
    TaskReport pulling =
        leader()
            .awaitReport(
                "t1",
                report -> String.valueOf(report.status().message()).startsWith("pulling image: "),
                "pulling");
    assertThat(pulling.status().state()).isEqualTo(TaskState.PREPARING);
    assertThat(pulling.status().message())
        .isEqualTo("pulling image: 0 of 1 layers done, 1.0 of 3.0 MB downloaded");
    engine().releasePulls();
    assertThat(leader().awaitState("t1", TaskState.RUNNING).status().message())
        .isEqualTo("started");
  }

  @Test
  void a_container_that_does_not_start_fails_its_task() throws Exception {
    engine()
        .failStart(
            "web.1.t1",
            "OCI runtime create failed: exec: \"nosuch\": executable file not found in $PATH: unknown");
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    TaskReport failed = leader().awaitState("t1", TaskState.FAILED);
    assertThat(failed.status().err())
        .startsWith("starting container failed: OCI runtime create failed");
    assertThat(failed.status().message()).isEqualTo("starting");
  }

  @Test
  void a_task_wanted_ready_is_created_and_started_only_when_wanted_running() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE).withDesiredState(TaskState.READY));
    leader().awaitState("t1", TaskState.READY);
    assertThat(engine().named("web.1.t1").running()).isFalse();
    leader().want("t1", TaskState.RUNNING);
    leader().awaitState("t1", TaskState.RUNNING);
  }

  @Test
  void a_probed_task_runs_only_when_healthy_and_fails_when_not() throws Exception {
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .image(Fixtures.IMAGE)
            .healthcheck(
                new ContainerSpec.Healthcheck(List.of("CMD", "true"), null, null, null, null, null))
            .build();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, spec));
    leader().awaitState("t1", TaskState.STARTING);
    eventually(() -> engine().named("web.1.t1").running(), "the container to run");
    FakeContainer c = engine().named("web.1.t1");
    engine().health(c, "healthy", "fine");
    leader().awaitState("t1", TaskState.RUNNING);
    engine().health(c, "unhealthy", "connection refused\n");
    assertThat(leader().awaitState("t1", TaskState.FAILED).status().err())
        .isEqualTo(
            "task: non-zero exit (143): dockerexec: unhealthy container: connection refused");
  }

  @Test
  void a_probed_container_that_an_earlier_life_made_does_not_run_before_it_is_healthy()
      throws Exception {
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .image(Fixtures.IMAGE)
            .healthcheck(
                new ContainerSpec.Healthcheck(List.of("CMD", "true"), null, null, null, null, null))
            .build();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, spec).withDesiredState(TaskState.READY));
    leader().awaitState("t1", TaskState.READY);
    stopAgent();
    startAgent();
    leader().awaitSession(2);
    leader().want("t1", TaskState.RUNNING);
    eventually(() -> engine().named("web.1.t1").running(), "the container to run");
    engine().health(engine().named("web.1.t1"), "unhealthy", "nobody home");
    assertThat(leader().awaitState("t1", TaskState.FAILED).status().err())
        .endsWith("dockerexec: unhealthy container: nobody home");
    assertThat(leader().reports("t1"))
        .extracting(r -> r.status().state())
        .doesNotContain(TaskState.RUNNING);
  }

  @Test
  void a_container_removed_behind_its_back_fails_its_task() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    engine().destroy(engine().named("web.1.t1"));
    assertThat(leader().awaitState("t1", TaskState.FAILED).status().err())
        .startsWith("task: non-zero exit (137)");
  }

  @Test
  void a_container_that_somebody_starts_again_after_its_task_ended_is_stopped() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    FakeContainer c = engine().named("web.1.t1");
    engine().exit(c, 1);
    leader().awaitState("t1", TaskState.FAILED);
    engine().startByHand(c);
    eventually(() -> !c.running(), "the container to stop");
  }

  @Test
  void a_leader_that_knows_as_much_does_not_make_the_agent_forget_details() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    Task known = leader().task("t1");
    leader()
        .assign(
            known
                .withStatus(known.status().withContainerStatus(null))
                .withDesiredState(TaskState.COMPLETE));
    engine().exit(engine().named("web.1.t1"), 0);
    assertThat(container(leader().awaitState("t1", TaskState.COMPLETE)).containerId())
        .isEqualTo(engine().named("web.1.t1").id);
  }

  @Test
  void shuts_a_task_down_keeps_it_for_its_log_and_removes_it_when_unassigned() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().want("t1", TaskState.SHUTDOWN);
    TaskReport shutdown = leader().awaitState("t1", TaskState.SHUTDOWN);
    assertThat(shutdown.status().message()).isEqualTo("shutdown");
    assertThat(container(shutdown).exitCode()).isEqualTo(143);
    assertThat(engine().containers()).hasSize(1);
    leader().unassign("t1");
    eventually(() -> engine().containers().isEmpty(), "the container to go");
  }

  @Test
  void one_call_removes_a_container_that_is_killed_anyway() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, killed()));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    FakeContainer c = engine().named("web.1.t1");
    engine().forgetCalls();
    leader().want("t1", TaskState.REMOVE);
    leader().awaitState("t1", TaskState.SHUTDOWN);
    leader().unassign("t1");
    assertThat(engine().containers()).isEmpty();
    assertThat(engine().calls()).containsExactly("DELETE /v1.41/containers/" + c.id);
  }

  @Test
  void stops_with_the_grace_period_that_the_service_has_by_then() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    FakeContainer c = engine().named("web.1.t1");
    ContainerSpec longer =
        ContainerSpec.of(Fixtures.IMAGE).withStopGracePeriod(Duration.ofSeconds(60).toNanos());
    leader().assign(Fixtures.task("t1", NODE, longer));
    leader().want("t1", TaskState.SHUTDOWN);
    leader().awaitState("t1", TaskState.SHUTDOWN);
    assertThat(c.graceSeconds).isEqualTo("60");
    assertThat(engine().containers()).as("the container is the same").containsExactly(c);
  }

  @Test
  void drains_before_it_stops_and_only_where_there_is_something_to_drain() throws Exception {
    BlockingQueue<String> order = new LinkedBlockingQueue<>();
    new Bus(vertx.eventBus(), TestKeys.ALL)
        .answer(
            Addresses.drain(NODE),
            Drain.class,
            drain -> {
              order.add(
                  "drain "
                      + drain.taskId()
                      + " "
                      + drain.graceMillis()
                      + " running="
                      + engine().named("web.1.t1").running());
              return Future.succeededFuture(new Drained(drain.taskId(), 0));
            });
    startInSession();
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .image(Fixtures.IMAGE)
            .stopGracePeriod(Duration.ofSeconds(3).toNanos())
            .build();
    Task published =
        Fixtures.task("t1", NODE, spec)
            .withEndpoint(
                new ServiceSpec.EndpointSpec(
                    null, List.of(new ServiceSpec.PortConfig(null, "tcp", 80, 8080, "ingress"))));
    leader().assign(published, Fixtures.task("t2", NODE));
    TaskReport running = leader().awaitState("t1", TaskState.RUNNING);
    assertThat(running.networks().getFirst().addresses())
        .as("where the ingress finds it")
        .hasSize(1);
    leader().awaitState("t2", TaskState.RUNNING);
    leader().want("t1", TaskState.SHUTDOWN);
    leader().want("t2", TaskState.SHUTDOWN);
    leader().awaitState("t1", TaskState.SHUTDOWN);
    leader().awaitState("t2", TaskState.SHUTDOWN);
    assertThat(order).containsExactly("drain t1 3000 running=true");
  }

  @Test
  void makes_a_local_network_for_a_swarm_network_and_removes_it_with_its_last_task()
      throws Exception {
    startInSession();
    leader().provide(Fixtures.network("net1", "back"));
    TaskSpec spec =
        TaskSpec.of(ContainerSpec.of(Fixtures.IMAGE))
            .withNetworks(
                List.of(
                    new TaskSpec.NetworkAttachmentConfig(
                        "net1", List.of("db"), java.util.Map.of())));
    leader().assign(Fixtures.task("t1", NODE, spec), Fixtures.task("t2", NODE, spec));
    TaskReport running = leader().awaitState("t1", TaskState.RUNNING);
    leader().awaitState("t2", TaskState.RUNNING);
    assertThat(Objects.requireNonNull(running.networks().getFirst().network()).id())
        .isEqualTo("net1");
    assertThat(running.networks().getFirst().addresses())
        .singleElement()
        .asString()
        .endsWith("/16");
    assertThat(engine().networkNames()).containsExactly("skep-net1-node1");
    leader().unassign("t1");
    eventually(() -> engine().containers().size() == 1, "the first container to go");
    assertThat(engine().networkNames()).containsExactly("skep-net1-node1");
    leader().unassign("t2");
    eventually(() -> engine().networkNames().isEmpty(), "the network to go");
  }

  @Test
  void asks_for_everything_after_a_gap_and_takes_nothing_twice() throws Exception {
    startInSession();
    assertThatThrownBy(() -> leader().assignWithGap(Fixtures.task("t1", NODE)))
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.GAP));
    assertThat(engine().containers()).isEmpty();
    leader().know(Fixtures.task("t2", NODE));
    leader().complete();
    leader().awaitState("t2", TaskState.RUNNING);
    leader().repeat(Fixtures.task("t3", NODE));
    leader().assign(Fixtures.task("t4", NODE));
    leader().awaitState("t4", TaskState.RUNNING);
    assertThat(engine().containers()).hasSize(2);
  }

  @Test
  void a_new_leader_gets_a_new_session_and_the_states_that_it_does_not_have() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    leader().know(leader().task("t1").withStatus(Fixtures.task("t1", NODE).status()));
    leader().forgetReports();
    leader().forgetSession();
    leader().awaitSession(2);
    TaskReport again = leader().awaitState("t1", TaskState.RUNNING);
    assertThat(container(again).pid()).isPositive();
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
  }

  @Test
  void a_state_that_waits_to_be_told_when_the_session_ends_is_told_in_the_next() throws Exception {
    engine().makePullable("reg.example/app:2");
    engine().holdPulls();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, ContainerSpec.of("reg.example/app:2")));
    leader().silent(true);
    eventually(() -> leader().refusals() > 2, "the wait to end without a session");
    leader().silent(false);
    leader().awaitState("t1", TaskState.PREPARING);
    engine().releasePulls();
    leader().awaitState("t1", TaskState.RUNNING);
  }

  @Test
  void a_container_whose_assignment_was_not_saved_has_its_place_once_the_leader_speaks()
      throws Exception {
    TaskSpec spec =
        TaskSpec.of(ContainerSpec.of(Fixtures.IMAGE))
            .withNetworks(
                List.of(
                    new TaskSpec.NetworkAttachmentConfig("net1", List.of(), java.util.Map.of())));
    startInSession();
    leader().provide(Fixtures.network("net1", "back"));
    leader().assign(Fixtures.task("t1", NODE, spec));
    List<Task.NetworkAttachment> place = leader().awaitState("t1", TaskState.RUNNING).networks();
    assertThat(place.getFirst().addresses()).isNotEmpty();
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    stopAgent();
    Files.delete(dir.resolve("data/assignments.json"));
    leader().silent(true);
    leader().know(Fixtures.task("t1", NODE, spec));
    leader().forgetReports();
    engine().forgetCalls();
    startAgent();
    eventually(
        () -> engine().calls().stream().anyMatch(c -> c.matches("GET .*/[0-9a-f]{64}/json")),
        "the container to be looked at");
    leader().silent(false);
    assertThat(leader().awaitState("t1", TaskState.RUNNING).networks()).isEqualTo(place);
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
    assertThat(engine().networkNames()).as("tidied up with care").hasSize(1);
  }

  @Test
  void without_a_leader_containers_go_on_and_their_end_is_reported_later() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().silent(true);
    engine().exit(engine().named("web.1.t1"), 1);
    leader().silent(false);
    leader().awaitState("t1", TaskState.FAILED);
  }

  @Test
  void adopts_its_containers_after_a_restart_and_touches_none_that_is_well() throws Exception {
    startInSession();
    leader()
        .assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE), Fixtures.task("t3", NODE));
    for (String id : List.of("t1", "t2", "t3")) {
      leader().awaitReport(id, r -> container(r).pid() > 0, "with its process");
    }
    stopAgent();
    leader().silent(true);
    engine().exit(engine().named("web.1.t2"), 5);
    engine().destroy(engine().named("web.1.t3"));
    leader().forgetReports();
    engine().forgetCalls();
    startAgent();
    eventually(
        () -> engine().calls().stream().filter(c -> c.endsWith("/json")).count() >= 3,
        "the containers to be looked at");
    leader().silent(false);
    assertThat(leader().awaitState("t2", TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (5)");
    assertThat(leader().awaitState("t3", TaskState.FAILED).status().err())
        .isEqualTo("dockerexec: container destroyed");
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
    assertThat(engine().calls()).noneMatch(c -> c.startsWith("POST"));
    assertThat(leader().reports("t1")).as("nothing new to say of it").isEmpty();
  }

  @Test
  void without_a_leader_it_creates_nothing_and_removes_nothing() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    stopAgent();
    Files.deleteIfExists(dir.resolve("data/assignments.json"));
    leader().silent(true);
    engine().forgetCalls();
    startAgent();
    eventually(
        () ->
            engine().calls().stream()
                .anyMatch(c -> c.matches("GET .*/containers/[0-9a-f]{64}/json")),
        "the container to be looked at");
    assertThat(engine().named("web.1.t1").running()).isTrue();
    leader().silent(false);
    leader().awaitSession(2);
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
  }

  @Test
  void removes_its_leftovers_once_the_leader_has_spoken_and_no_others() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().awaitState("t2", TaskState.RUNNING);
    stopAgent();
    FakeContainer other = foreign("other");
    leader().unassignSilently("t2");
    leader().forgetSession();
    startAgent();
    eventually(() -> engine().containers().size() == 2, "the leftover to go");
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
    assertThat(other.running()).isTrue();
  }

  private FakeContainer foreign(String name) throws Exception {
    dev.skep.engine.Engine direct = new dev.skep.engine.Engine(vertx, dir.resolve("engine.sock"));
    io.vertx.core.json.JsonObject labels =
        new io.vertx.core.json.JsonObject()
            .put("com.docker.swarm.node.id", "node2")
            .put("com.docker.swarm.task.id", "x");
    String id =
        await(
            direct.createContainer(
                name,
                new io.vertx.core.json.JsonObject()
                    .put("Image", Fixtures.IMAGE)
                    .put("Labels", labels)));
    await(direct.startContainer(id));
    return engine().named(name);
  }

  @Test
  void an_engine_that_goes_away_costs_no_task() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    leader().awaitReport("t2", r -> container(r).pid() > 0, "with its process");
    engine().down();
    engine().exit(engine().named("web.1.t2"), 4);
    leader().assign(Fixtures.task("t3", NODE));
    engine().up();
    leader().awaitState("t2", TaskState.FAILED);
    leader().awaitState("t3", TaskState.RUNNING);
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
  }

  @Test
  void says_when_its_engine_does_not_answer_and_comes_back_with_it() throws Exception {
    // A minute of its clock passes in a second.
    Instant begin = Instant.now();
    startAgent(() -> begin.plus(Duration.between(begin, Instant.now()).multipliedBy(60)));
    leader().awaitSession(1);
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);

    engine().down();
    eventually(() -> !leader().troubles().isEmpty(), "word of the engine's silence");
    assertThat(leader().troubles().getFirst()).startsWith("the engine does not answer for 30 s: ");
    assertThat(leader().introductions()).hasSize(1);

    engine().exit(engine().named("web.1.t1"), 4);
    engine().up();
    leader().awaitSession(2);
    leader().awaitState("t1", TaskState.FAILED);
    assertThat(leader().troubles()).hasSize(1);
  }

  @Test
  void a_task_that_the_leader_does_not_know_is_removed() throws Exception {
    startInSession();
    leader().doNotKnow("t1");
    leader().assign(Fixtures.task("t1", NODE));
    eventually(
        () ->
            engine().calls().stream().anyMatch(c -> c.startsWith("DELETE"))
                || engine().containers().isEmpty(),
        "the container to go");
    eventually(() -> engine().containers().isEmpty(), "the container to go");
  }

  @Test
  void a_slow_stop_does_not_hold_up_others() throws Exception {
    startInSession();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      tasks.add(Fixtures.task("slow" + i, NODE));
    }
    engine().ignoreStop("web.1.slow");
    leader().assign(tasks.toArray(Task[]::new));
    for (Task task : tasks) {
      leader().awaitState(task.id(), TaskState.RUNNING);
    }
    leader()
        .assign(
            tasks.stream().map(t -> t.withDesiredState(TaskState.SHUTDOWN)).toArray(Task[]::new));
    leader().assign(Fixtures.task("quick", NODE));
    leader().awaitState("quick", TaskState.RUNNING);
    engine().containers().stream()
        .filter(c -> c.name.contains("slow"))
        .forEach(c -> engine().exit(c, 0));
    for (Task task : tasks) {
      leader().awaitState(task.id(), TaskState.SHUTDOWN);
    }
  }

  @Test
  void reports_of_many_tasks_travel_together() throws Exception {
    startInSession();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tasks.add(Fixtures.task("t" + i, NODE));
    }
    leader().assign(tasks.toArray(Task[]::new));
    for (Task task : tasks) {
      leader().awaitState(task.id(), TaskState.RUNNING);
    }
    assertThat(leader().batches())
        .as("six states of a hundred tasks, in far fewer reports")
        .hasSizeLessThan(250);
    assertThat(leader().batches().getFirst()).isGreaterThan(50);
  }

  @Test
  void leaving_removes_its_own_containers_and_networks_and_nothing_else() throws Exception {
    startInSession();
    leader().provide(Fixtures.network("net1", "back"));
    TaskSpec spec =
        TaskSpec.of(ContainerSpec.of(Fixtures.IMAGE))
            .withNetworks(
                List.of(
                    new TaskSpec.NetworkAttachmentConfig("net1", List.of(), java.util.Map.of())));
    leader().assign(Fixtures.task("t1", NODE, spec), Fixtures.task("t2", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().awaitState("t2", TaskState.RUNNING);
    FakeContainer other = foreign("other");
    Left left =
        await(
            new Bus(vertx.eventBus(), TestKeys.ALL)
                .request(
                    Addresses.leave(NODE), new Leave(NODE), Left.class, Duration.ofSeconds(20)));
    assertThat(left.removedContainers()).isEqualTo(2);
    assertThat(leader().troubles()).containsExactly("the node left the swarm");
    assertThat(leader().introductions()).as("it does not come back").hasSize(1);
    assertThat(engine().containers()).containsExactly(other);
    assertThat(other.running()).isTrue();
    assertThat(engine().networkNames()).isEmpty();
    assertThat(dir.resolve("data/assignments.json")).doesNotExist();
  }
}
