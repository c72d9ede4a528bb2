package dev.skep.scheduler.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.dispatch.Input;
import dev.skep.scheduler.dispatch.Reports;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However much is to be done at once: each commit of the leader's is small, and all gets done. */
class BoundedCommitTest {
  /** What the store takes in one entry. */
  private static final int ENTRY_BYTES = 2 * 1024 * 1024;

  /** A guard against commits that were lost is a step too. */
  private static final int MOST_OPS = ControlLoop.MAX_OPS + 1;

  private static final int MOST_TURNS = 100;
  private static final long HISTORY = 5;

  private final List<Transaction> committed = new ArrayList<>();
  private ClusterState state = ClusterState.EMPTY;
  private Instant now = Samples.T0;
  private Instant tick = Samples.T0;

  /** How far the leases' clock goes between two turns: not at all, so that no node is lost. */
  private Duration step = Duration.ZERO;

  private NetworkDrivers drivers = NetworkDrivers.LOCAL;
  private ControlLoop loop = loop();

  private ControlLoop loop() {
    ControlLoop made =
        new ControlLoop(
            state,
            1,
            this::commit,
            () -> now,
            () -> tick,
            new SplittableRandom(3),
            new DecisionLog());
    made.drivers(drivers);
    return made;
  }

  /** As the store does. */
  private Future<Commit> commit(Transaction transaction) {
    committed.add(transaction);
    if (Json.storedLength(transaction) > ENTRY_BYTES) {
      return Future.failedFuture(
          new StoreException(new Refusal.EntryTooLarge(transaction.ops().size(), ENTRY_BYTES)));
    }
    return Future.succeededFuture(apply(transaction));
  }

  private Commit apply(Transaction transaction) {
    Commit commit = state.apply(transaction, state.index() + 1);
    state = commit.state();
    loop.observe(commit);
    return commit;
  }

  /** What others commit. */
  private Transaction.Builder others() {
    return Transaction.at(now);
  }

  private void begin(Transaction.Builder founding) {
    founding.create(Samples.cluster(5 * Samples.SECOND, HISTORY));
    apply(founding.build());
    loop = loop();
  }

  private void turnUntil(BooleanSupplier done) {
    for (int i = 0; !done.getAsBoolean(); i++) {
      assertThat(i).as("turns, after %d commits", committed.size()).isLessThan(MOST_TURNS);
      now = now.plusSeconds(1);
      tick = tick.plus(step);
      loop.turn();
    }
  }

  @AfterEach
  void no_commit_was_too_large() {
    assertThat(committed).isNotEmpty();
    for (Transaction one : committed) {
      assertThat(one.ops()).hasSizeLessThanOrEqualTo(MOST_OPS);
      assertThat(Json.storedLength(one)).isLessThanOrEqualTo(ENTRY_BYTES);
    }
  }

  private Task task(String id, int slot, TaskState state, TaskState desired) {
    return TaskBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(now)
        .updatedAt(now)
        .spec(Samples.template("web:1"))
        .serviceId("web")
        .serviceName("web")
        .slot(slot)
        .nodeId("n1")
        .status(TaskStatus.of(now, state, state.text()))
        .desiredState(desired)
        .build();
  }

  private boolean allTasks(TaskState seen) {
    return !state.tasks().isEmpty() && state.tasks().stream().allMatch(t -> t.state() == seen);
  }

  @Test
  void the_history_of_one_slot_is_cut_in_several() {
    begin(others().create(Samples.node("n1")));
    apply(others().create(Samples.service("web", Samples.spec("web", 1))).build());
    Transaction.Builder history = others();
    for (int i = 0; i < 3 * ControlLoop.MAX_OPS; i++) {
      history.create(task("old" + i, 1, TaskState.FAILED, TaskState.SHUTDOWN));
    }
    apply(history.build());

    turnUntil(() -> state.tasks().size() <= HISTORY);

    assertThat(state.tasks()).hasSize((int) HISTORY);
    assertThat(committed).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void the_histories_of_many_slots_are_cut_in_several() {
    begin(others().create(Samples.node("n1")));
    int slots = 500;
    apply(others().create(Samples.service("web", Samples.spec("web", slots))).build());
    Transaction.Builder histories = others();
    for (int i = 0; i < slots * (HISTORY + 3); i++) {
      histories.create(task("old" + i, i % slots + 1, TaskState.FAILED, TaskState.SHUTDOWN));
    }
    apply(histories.build());

    turnUntil(() -> state.tasks().size() == slots * HISTORY);
  }

  @Test
  void a_global_service_on_thousands_of_nodes_is_removed_in_several() {
    begin(others().create(Samples.node("n1")));
    Transaction.Builder tasks = others();
    for (int i = 0; i < 3 * ControlLoop.MAX_OPS; i++) {
      tasks.create(task("t" + i, 0, TaskState.RUNNING, TaskState.RUNNING));
    }
    apply(tasks.build());

    turnUntil(
        () -> state.tasks().stream().allMatch(task -> task.desiredState() == TaskState.REMOVE));
  }

  @Test
  void what_a_removed_node_had_of_a_global_service_goes_in_several() {
    begin(others().create(Samples.node("n2")));
    apply(
        others()
            .create(Samples.service("web", Samples.spec("web", 0).withMode(Mode.everyNode())))
            .build());
    Transaction.Builder history = others();
    for (int i = 0; i < 3 * ControlLoop.MAX_OPS; i++) {
      history.create(task("old" + i, 0, TaskState.FAILED, TaskState.SHUTDOWN));
    }
    apply(history.build());

    turnUntil(() -> state.tasksOfNode("n1").isEmpty());
  }

  @Test
  void a_report_on_tasks_with_a_large_spec_is_taken_over_in_several_and_answered_once() {
    begin(others().create(Samples.node("n1")));
    int count = 150;
    TaskSpec large =
        Samples.template("web:1")
            .withContainerSpec(
                ContainerSpecBuilder.builder()
                    .image("web:1")
                    .labels(Map.of("large", "x".repeat(20_000)))
                    .build());
    apply(
        others()
            .create(Samples.service("web", Samples.spec("web", count).withTaskTemplate(large)))
            .build());
    turnUntil(() -> state.tasks().size() == count && allTasks(TaskState.ASSIGNED));
    List<TaskReport> seen = new ArrayList<>();
    seen.add(report("nobody"));
    state.tasks().forEach(task -> seen.add(report(task.id())));
    Promise<StatusTaken> done = Promise.promise();
    loop.offer(new Input.Report(new StatusReport("n1", "session", seen), done));
    int before = committed.size();

    turnUntil(done.future()::isComplete);

    assertThat(done.future().result().gone()).containsExactly("nobody");
    assertThat(allTasks(TaskState.RUNNING)).isTrue();
    assertThat(committed).hasSizeGreaterThan(before + 1);
  }

  private TaskReport report(String taskId) {
    return new TaskReport(taskId, TaskStatus.of(now, TaskState.RUNNING, "started"), List.of());
  }

  @Test
  void ports_of_large_services_that_a_node_cannot_have_are_taken_over_in_several() {
    begin(others().create(Samples.node("n1")));
    int count = 150;
    List<RefusedPort> refused = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      apply(others().create(publishing("s" + i, 10_000 + i, 20_000)).build());
      refused.add(new RefusedPort(10_000 + i, "tcp", "Address already in use"));
    }
    Promise<Void> done = Promise.promise();
    loop.offer(new Input.Ports(new PortReport("n1", refused), done));

    turnUntil(done.future()::isComplete);

    assertThat(state.services()).allMatch(service -> service.portErrors().size() == 1);
  }

  private static Service publishing(String id, int port, int labelBytes) {
    PortConfig published = new PortConfig(null, "tcp", 80, port, "ingress");
    return Samples.service(
        id,
        Samples.spec(id, 0)
            .withLabels(Map.of("large", "x".repeat(labelBytes)))
            .withEndpointSpec(new EndpointSpec("vip", List.of(published))));
  }

  @Test
  void of_the_nodes_that_cannot_have_a_port_no_more_are_kept_than_tell_somebody_something() {
    apply(others().create(publishing("web", 80, 0)).build());
    for (int i = 0; i < 2 * Reports.MOST_PORT_ERRORS; i++) {
      Plan plan = new Plan(state, Fleet.of(state), now, new SplittableRandom(1), 10);
      Reports.fold(
          plan,
          new PortReport("n" + i, List.of(new RefusedPort(80, "tcp", "Address already in use"))));
      Transaction transaction = plan.transaction(1);
      if (!transaction.isEmpty()) {
        committed.add(transaction);
        apply(transaction);
      }
    }

    List<PortError> errors = state.service("web").orElseThrow().portErrors();
    assertThat(errors).hasSize(Reports.MOST_PORT_ERRORS).doesNotHaveDuplicates();
  }

  @Test
  void nodes_that_are_lost_together_are_told_in_several() {
    Transaction.Builder nodes = others();
    for (int i = 0; i < 2 * ControlLoop.MAX_OPS; i++) {
      nodes.create(Samples.node("n" + i));
    }
    begin(nodes);
    step = Duration.ofSeconds(5);

    turnUntil(() ->
        state.nodes().stream().allMatch(node -> node.status().state().equals(NodeStatus.DOWN)));

    assertThat(committed).hasSizeGreaterThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nodes_with_large_labels_get_their_gateways_in_several(boolean tasksAreThere) {
    drivers = SimulationTest.MANAGED;
    int count = 370;
    Transaction.Builder nodes = others();
    for (int i = 0; i < count; i++) {
      Node node = Samples.node("n" + i, Map.of("large", "x".repeat(5_000)));
      NodeSpec spec = node.spec();
      nodes.create(tasksAreThere ? node.withSpec(spec.withAvailability(NodeSpec.PAUSE)) : node);
    }
    begin(nodes);
    apply(others().create(Samples.network("n", "10.9.0.0/16")).build());
    ServiceSpec spec = Samples.on(Samples.spec("web", count), "n");
    apply(others().create(Samples.service("web", spec)).build());
    if (tasksAreThere) {
      turnUntil(() -> state.tasks().size() == count && allTasks(TaskState.PENDING));
      Transaction.Builder active = others();
      state
          .nodes()
          .forEach(
              node -> active.update(node.withSpec(node.spec().withAvailability(NodeSpec.ACTIVE))));
      apply(active.build());
    }

    turnUntil(() -> state.tasks().size() == count && allTasks(TaskState.ASSIGNED));

    assertThat(state.nodes()).allMatch(node -> node.gateways().size() == 1);
    assertThat(committed).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void tasks_on_a_network_with_large_labels_are_made_in_several() {
    drivers = SimulationTest.MANAGED;
    int count = 150;
    begin(others().create(Samples.node("n1")));
    Network network = Samples.network("n", "10.9.0.0/16");
    Map<String, String> large = Map.of("large", "x".repeat(20_000));
    apply(others().create(network.withSpec(network.spec().withLabels(large))).build());
    ServiceSpec spec = Samples.on(Samples.spec("web", count), "n");
    apply(others().create(Samples.service("web", spec)).build());

    turnUntil(() -> state.tasks().size() == count && allTasks(TaskState.ASSIGNED));

    assertThat(committed).hasSizeGreaterThanOrEqualTo(3);
  }
}
