package dev.skep.node.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.ContainerPhase;
import dev.skep.engine.Health;
import dev.skep.engine.ImageDetails;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.AgentContext;
import dev.skep.node.Fixtures;
import dev.skep.node.agent.Assignments;
import dev.skep.node.container.NodeFacts;
import dev.skep.node.dns.LocalDns;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.testkit.Await;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a task on a node, without an engine. */
class TaskLifecycleTest {
  private static final String NODE = "node1";
  private static final List<TaskState> UP =
      List.of(
          TaskState.ACCEPTED,
          TaskState.PREPARING,
          TaskState.READY,
          TaskState.STARTING,
          TaskState.RUNNING);

  private final Vertx vertx = Vertx.vertx();
  private final FakeExecutor executor = new FakeExecutor();
  private final RecordingListener listener = new RecordingListener();
  private final Map<String, Task> tasks = new LinkedHashMap<>();
  private @Nullable AgentContext context;
  private @Nullable TaskReconciler made;

  @BeforeEach
  void start() {
    AgentContext own = AgentContext.on(vertx);
    context = own;
    made =
        own.call(() -> {
          Provisions provisions = new Provisions(new NodeFacts(NODE, "host1", "linux", "x86_64"));
          LocalDns dns = new LocalDns(vertx, new SecureRandom(), InstantSource.system());
          return new TaskReconciler(
              NODE,
              executor,
              provisions,
              new NamePublisher(own.fibers(), dns, provisions),
              listener,
              own.fibers(),
              InstantSource.system());
        });
    executor.events = event -> own.fibers().run(() -> reconciler().engineEvent(event));
  }

  @AfterEach
  void stop() {
    context().run(reconciler()::close);
    Await.result(vertx.close());
  }

  private AgentContext context() {
    return Objects.requireNonNull(context);
  }

  private TaskReconciler reconciler() {
    return Objects.requireNonNull(made);
  }

  // What the leader and the engine say

  private Assignments assignments() {
    return new Assignments(tasks, Map.of(), Map.of(), Map.of(), Map.of());
  }

  private void connect() {
    context().run(reconciler()::engineConnected);
  }

  private void assign(Task task) {
    tasks.put(task.id(), task);
    context().run(() -> reconciler().take(assignments(), Set.of(task.id()), false));
  }

  private void assignAll(Task... all) {
    for (Task task : all) {
      tasks.put(task.id(), task);
    }
    context().run(() -> reconciler().take(assignments(), Set.of(), true));
  }

  private void want(String id, TaskState state) {
    assign(Objects.requireNonNull(tasks.get(id)).withDesiredState(state));
  }

  private void unassign(String id) {
    tasks.remove(id);
    context().run(() -> reconciler().take(assignments(), Set.of(id), false));
  }

  private void happen(Runnable event) {
    context().run(event);
  }

  private TaskReport reported(String id, TaskState state) {
    Await.until(id + " reported " + state.text(), () -> listener.states(id).contains(state));
    return listener.last(id);
  }

  private void called(String call) {
    Await.until(call, () -> executor.calls.contains(call));
  }

  private Task running(String id) {
    connect();
    assignAll(Fixtures.task(id, NODE));
    reported(id, TaskState.RUNNING);
    return Objects.requireNonNull(tasks.get(id));
  }

  // The way up

  @Test
  void goes_up_every_rung_and_rests() {
    running("t1");
    assertThat(listener.states("t1")).isEqualTo(UP);
    assertThat(executor.calls).containsSubsequence("list ", "fetch t1", "create t1", "start c-t1");
    Await.until("its process is told", () -> pid("t1") == 77);
    Await.until("it rests", () -> context().call(reconciler()::inProgress) == 0);
  }

  private int pid(String id) {
    var container = listener.last(id).status().containerStatus();
    return container == null ? 0 : container.pid();
  }

  @Test
  void one_that_is_to_be_ready_waits_there() {
    connect();
    assignAll(Fixtures.task("t1", NODE).withDesiredState(TaskState.READY));
    reported("t1", TaskState.READY);
    assertThat(executor.required("t1").phase()).isEqualTo(ContainerPhase.CREATED);

    want("t1", TaskState.RUNNING);
    reported("t1", TaskState.RUNNING);
  }

  @Test
  void makes_nothing_before_the_leader_has_spoken_and_nothing_before_the_engine_was_looked_at() {
    tasks.put("t1", Fixtures.task("t1", NODE));
    context().run(() -> reconciler().recall(assignments()));
    connect();
    reported("t1", TaskState.PREPARING);
    assertThat(executor.calls).doesNotContain("create t1");
    assertThat(listener.settled).isEmpty();

    assignAll();
    reported("t1", TaskState.RUNNING);
    assertThat(listener.settled).hasSize(1);
  }

  @Test
  void a_pull_tells_its_progress() {
    Promise<ImageDetails> pulled = Promise.promise();
    executor.image = pulled.future();
    executor.pull = Optional.of("3 of 7 MB");
    connect();
    assignAll(Fixtures.task("t1", NODE));
    Await.until(
        "progress",
        () -> listener.reports.stream().anyMatch(r -> "3 of 7 MB".equals(r.status().message())));

    pulled.complete(new ImageDetails("i1", "", false));
    assertThat(reported("t1", TaskState.RUNNING).status().message()).isEqualTo("started");
  }

  // Health

  @Test
  void is_running_once_it_is_healthy() {
    executor.healthcheck = true;
    executor.image = io.vertx.core.Future.succeededFuture(new ImageDetails("i1", "", true));
    connect();
    assignAll(Fixtures.task("t1", NODE));
    called("start c-t1");
    assertThat(listener.states("t1")).doesNotContain(TaskState.RUNNING);

    happen(() -> executor.health("t1", Health.HEALTHY));
    reported("t1", TaskState.RUNNING);
  }

  @Test
  void one_that_gets_unhealthy_is_stopped_and_has_failed() {
    running("t1");
    happen(() -> executor.health("t1", Health.UNHEALTHY));
    TaskReport failed = reported("t1", TaskState.FAILED);
    assertThat(failed.status().err()).contains("unhealthy container: no answer");
    assertThat(executor.calls).contains("stop c-t1");
  }

  // The way down

  @Test
  void is_stopped_and_then_removed() {
    running("t1");
    want("t1", TaskState.SHUTDOWN);
    reported("t1", TaskState.SHUTDOWN);
    assertThat(executor.required("t1").phase()).isEqualTo(ContainerPhase.EXITED);
    assertThat(listener.ended).containsExactly("t1");

    unassign("t1");
    Await.until("it is forgotten", () -> listener.forgotten.contains("t1"));
    assertThat(executor.calls).containsSubsequence("stop c-t1", "remove c-t1", "clear t1");
    assertThat(context().call(reconciler()::taskIds)).isEmpty();
  }

  @Test
  void a_stop_that_no_event_tells_of_is_looked_up() {
    executor.tellsStops = false;
    running("t1");
    want("t1", TaskState.SHUTDOWN);
    reported("t1", TaskState.SHUTDOWN);
    assertThat(executor.calls).containsSubsequence("stop c-t1", "inspect c-t1");
  }

  @Test
  void one_that_is_removed_while_its_image_is_fetched_makes_no_container() {
    Promise<ImageDetails> never = Promise.promise();
    executor.image = never.future();
    connect();
    assignAll(Fixtures.task("t1", NODE));
    called("fetch t1");
    want("t1", TaskState.REMOVE);
    reported("t1", TaskState.SHUTDOWN);
    unassign("t1");
    Await.until("it is forgotten", () -> listener.forgotten.contains("t1"));
    assertThat(executor.calls).doesNotContain("create t1");
  }

  @Test
  void one_that_is_removed_while_it_starts_is_stopped_and_removed_after_it() {
    connect();
    Promise<Void> start = context().call(() -> executor.hold("start"));
    assignAll(Fixtures.task("t1", NODE));
    called("start c-t1");
    want("t1", TaskState.REMOVE);
    unassign("t1");
    assertThat(executor.calls).doesNotContain("stop c-t1", "remove c-t1");

    start.complete();
    Await.until("it is forgotten", () -> listener.forgotten.contains("t1"));
    assertThat(executor.calls).containsSubsequence("stop c-t1", "remove c-t1", "clear t1");
    assertThat(executor.container("t1")).isNull();
  }

  @Test
  void how_it_ended_is_told_with_its_exit_code() {
    running("t1");
    happen(() -> executor.die("t1", 3));
    assertThat(reported("t1", TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (3)");
    running("t2");
    happen(() -> executor.die("t2", 0));
    reported("t2", TaskState.COMPLETE);
  }

  @Test
  void one_whose_container_is_taken_away_has_failed() {
    running("t1");
    happen(() -> executor.destroy("t1"));
    assertThat(reported("t1", TaskState.FAILED).status().err())
        .isEqualTo("dockerexec: container destroyed");
  }

  // A new life of the agent

  @Test
  void finds_its_container_again_and_leaves_it_alone() {
    happen(() -> executor.put("t1", ContainerPhase.RUNNING, 0));
    Task task = Fixtures.task("t1", NODE);
    tasks.put("t1", task.withStatus(task.status().withState(TaskState.RUNNING)));
    context().run(() -> reconciler().recall(assignments()));
    connect();
    Await.until("it was looked at", () -> executor.calls.contains("inspect c-t1"));
    assignAll();
    Await.until("all is settled", () -> !listener.settled.isEmpty());
    Await.until("it rests", () -> context().call(reconciler()::inProgress) == 0);
    assertThat(executor.calls).doesNotContain("create t1", "stop c-t1", "remove c-t1");
    assertThat(executor.required("t1").phase()).isEqualTo(ContainerPhase.RUNNING);
  }

  @Test
  void starts_what_an_earlier_life_only_made() {
    happen(() -> executor.put("t1", ContainerPhase.CREATED, 0));
    Task task = Fixtures.task("t1", NODE);
    connect();
    assignAll(task.withStatus(task.status().withState(TaskState.STARTING)));
    reported("t1", TaskState.RUNNING);
    assertThat(executor.calls).contains("complete and start c-t1").doesNotContain("create t1");
  }

  @Test
  void a_container_of_its_own_that_nobody_wants_goes_once_the_leader_has_spoken() {
    happen(() -> executor.put("t9", ContainerPhase.EXITED, 0));
    connect();
    Await.until("it was looked at", () -> executor.calls.contains("inspect c-t9"));
    Await.until("it rests", () -> context().call(reconciler()::inProgress) == 0);
    assertThat(executor.calls).doesNotContain("remove c-t9");

    assignAll();
    Await.until("it is gone", () -> listener.forgotten.contains("t9"));
    assertThat(executor.calls).contains("remove c-t9");
  }

  @Test
  void one_that_ended_while_nobody_looked_is_reported() {
    running("t1");
    happen(() -> {
      reconciler().engineLost();
      executor.put("t1", ContainerPhase.EXITED, 4);
    });
    connect();
    assertThat(reported("t1", TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (4)");
  }

  // Engine errors

  @Test
  void one_that_cannot_be_made_is_rejected_and_one_that_cannot_be_started_has_failed() {
    executor.fail("create", new EngineException(500, "no space left on device"));
    executor.fail("start", new EngineException(500, "port is taken"));
    connect();
    assignAll(Fixtures.task("t1", NODE));
    assertThat(reported("t1", TaskState.REJECTED).status().err())
        .isEqualTo("no space left on device");

    assignAll(Fixtures.task("t2", NODE));
    assertThat(reported("t2", TaskState.FAILED).status().err())
        .isEqualTo("starting container failed: port is taken");
  }

  @Test
  void what_cannot_be_had_on_this_node_is_refused_in_its_words() {
    executor.fail(
        "create", new TaskRefusedException(new IllegalStateException("no free subnet is left")));
    connect();
    assignAll(Fixtures.task("t1", NODE));
    assertThat(reported("t1", TaskState.REJECTED).status().err())
        .isEqualTo("no free subnet is left");
  }

  @Test
  void an_engine_that_goes_away_in_the_middle_is_waited_for_and_looked_at() {
    executor.fail("start", new EngineUnavailableException("gone", new IllegalStateException()));
    connect();
    assignAll(Fixtures.task("t1", NODE));
    reported("t1", TaskState.RUNNING);
    assertThat(executor.calls).containsSubsequence("start c-t1", "inspect c-t1", "start c-t1");
  }

  @Test
  void a_removal_that_is_refused_is_tried_again() {
    running("t1");
    executor.fail("remove", new EngineException(500, "device is busy"));
    want("t1", TaskState.SHUTDOWN);
    reported("t1", TaskState.SHUTDOWN);
    unassign("t1");
    Await.until("it is forgotten", () -> listener.forgotten.contains("t1"));
    assertThat(executor.calls).containsSubsequence("remove c-t1", "inspect c-t1", "remove c-t1");
    assertThat(listener.states("t1")).doesNotContain(TaskState.FAILED);
  }

  // The leader's word

  @Test
  void the_leader_is_told_again_what_it_does_not_know() {
    Task task = running("t1");
    context().run(() -> reconciler().acknowledge(List.of("t1")));
    listener.reports.clear();
    assign(task); // as the leader last knew it: assigned
    reported("t1", TaskState.RUNNING);
  }

  @Test
  void an_end_that_the_leader_knows_is_the_end() {
    connect();
    Task task = Fixtures.task("t1", NODE);
    assignAll(task.withStatus(task.status().withState(TaskState.FAILED)));
    Await.until("it is known", () -> listener.known.contains("t1"));
    Await.until("it rests", () -> context().call(reconciler()::inProgress) == 0);
    assertThat(executor.calls).doesNotContain("create t1");
    assertThat(listener.reports).isEmpty();
  }
}
