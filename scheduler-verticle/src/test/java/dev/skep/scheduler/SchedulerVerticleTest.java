package dev.skep.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.Leadership;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.HeartbeatTaken;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.SessionOpened;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.bus.message.EventMessages.StateEvent;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import dev.skep.store.memory.MemoryStore;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.NetworkBuilder;
import dev.skep.store.model.NetworkNetworkSpecBuilder;
import dev.skep.store.model.Node;
import dev.skep.store.model.Secret;
import dev.skep.store.model.SecretBuilder;
import dev.skep.store.model.SecretSecretSpecBuilder;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import dev.skep.store.time.SteadyClock;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scheduler on a local event bus, with an agent that does what the test says. */
class SchedulerVerticleTest {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);
  private final MemoryStore store = new MemoryStore();
  private final BlockingQueue<Assignment> assignments = new LinkedBlockingQueue<>();
  private volatile Function<Assignment, Future<AssignmentTaken>> agent =
      assignment -> Future.succeededFuture(new AssignmentTaken(assignment.sequence()));

  @BeforeEach
  void start() {
    commit(
        Transaction.at(Instant.now())
            .create(Samples.cluster(Samples.SECOND, 5))
            .create(
                Samples.node("n1")
                    .withStatus(new Node.NodeStatus(Node.NodeStatus.UNKNOWN, null, null))));
    vertx
        .deployVerticle(
            new SchedulerVerticle(
                store,
                bus,
                new SteadyClock(InstantSource.system(), System::nanoTime),
                new SplittableRandom(1)),
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
    bus.answer(
        Addresses.assign("n1"),
        Assignment.class,
        assignment -> {
          assignments.add(assignment);
          return agent.apply(assignment);
        });
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_service_becomes_an_assignment_and_reports_become_states() throws Exception {
    SessionOpened session = open();
    assertThat(next().type()).isEqualTo(AssignmentType.COMPLETE);
    assertThat(store.state().node("n1").orElseThrow().status().state()).isEqualTo("ready");

    commit(create(Samples.spec("web", 2)));
    Assignment assignment = next();
    assertThat(assignment.type()).isEqualTo(AssignmentType.INCREMENTAL);
    assertThat(assignment.appliesTo()).isEqualTo(1);
    assertThat(assignment.tasks())
        .hasSize(2)
        .allSatisfy(task -> {
          assertThat(task.state()).isEqualTo(TaskState.ASSIGNED);
          assertThat(task.desiredState()).isEqualTo(TaskState.RUNNING);
          assertThat(task.status().message()).isEqualTo("scheduler assigned task to node");
        });

    String id = assignment.tasks().getFirst().id();
    StatusTaken taken = report(session, running(id), running("nobody"));
    assertThat(taken.gone()).containsExactly("nobody");
    assertThat(store.state().task(id).orElseThrow().state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void a_killed_task_is_replaced_with_one_commit() throws Exception {
    SessionOpened session = open();
    next();
    commit(create(Samples.spec("web", 1)));
    String id = next().tasks().getFirst().id();
    report(session, running(id));
    long before = store.state().index();
    report(session, new TaskReport(id, failed("task: non-zero exit (137)"), List.of()));
    assertThat(store.state().index()).isEqualTo(before + 1);
    Assignment replacement = next();
    assertThat(replacement.tasks())
        .extracting(Task::desiredState)
        .containsExactlyInAnyOrder(TaskState.SHUTDOWN, TaskState.RUNNING);
  }

  @Test
  void secrets_networks_and_credentials_come_with_the_tasks_that_need_them() throws Exception {
    open();
    next();
    Secret secret =
        SecretBuilder.builder()
            .id("sec")
            .version(Version.NONE)
            .createdAt(Samples.T0)
            .updatedAt(Samples.T0)
            .spec(
                SecretSecretSpecBuilder.builder()
                    .name("password")
                    .labels(Map.of())
                    .data(new Sensitive("aGk="))
                    .build())
            .build();
    Network network =
        NetworkBuilder.builder()
            .id("net")
            .version(Version.NONE)
            .createdAt(Samples.T0)
            .updatedAt(Samples.T0)
            .spec(NetworkNetworkSpecBuilder.builder().name("back").labels(Map.of()).build())
            .build();
    TaskSpec template =
        TaskSpec.of(
                ContainerSpecBuilder.builder(ContainerSpec.of("web:1"))
                    .secrets(List.of(new ContainerSpec.SecretReference(null, "sec", "password")))
                    .build())
            .withNetworks(
                List.of(new TaskSpec.NetworkAttachmentConfig("net", List.of(), Map.of())));
    Service service =
        Samples.service("s1", Samples.spec("web", 1).withTaskTemplate(template))
            .withRegistryAuth(new Sensitive("token"));
    commit(Transaction.at(Instant.now()).create(secret).create(network).create(service));
    Assignment assignment = next();
    assertThat(assignment.secrets().values())
        .extracting(s -> s.spec().data())
        .containsExactly(new Sensitive("aGk="));
    assertThat(assignment.networks()).containsKey("net");
    assertThat(assignment.registryAuths()).containsEntry("s1", new Sensitive("token"));
  }

  @Test
  void after_a_gap_the_agent_gets_everything() throws Exception {
    open();
    next();
    agent =
        assignment ->
            assignment.type() == AssignmentType.COMPLETE
                ? Future.succeededFuture(new AssignmentTaken(assignment.sequence()))
                : Future.failedFuture(new BusFailure(BusFailure.GAP, "missed one"));
    commit(create(Samples.spec("web", 1)));
    assertThat(next().type()).isEqualTo(AssignmentType.INCREMENTAL);
    Assignment complete = next();
    assertThat(complete.type()).isEqualTo(AssignmentType.COMPLETE);
    assertThat(complete.tasks()).hasSize(1);
  }

  @Test
  void a_heartbeat_that_stays_behind_brings_everything() throws Exception {
    SessionOpened session = open();
    Assignment first = next();
    // One that comes before the answer to the assignment did is too early to mean anything.
    Instant deadline = Instant.now().plus(WAIT);
    Assignment again = null;
    while (again == null) {
      HeartbeatTaken taken =
          bus.request(
                  Addresses.HEARTBEAT,
                  new Heartbeat("n1", session.sessionId(), first.sequence() - 1),
                  HeartbeatTaken.class,
                  WAIT)
              .await();
      assertThat(taken.heartbeatMillis()).isEqualTo(1000);
      assertThat(Instant.now()).as("no assignment came").isBefore(deadline);
      again = assignments.poll(100, TimeUnit.MILLISECONDS);
    }
    assertThat(again.type()).isEqualTo(AssignmentType.COMPLETE);
  }

  @Test
  void strangers_are_turned_away() {
    assertThatThrownBy(() ->
            bus.request(
                    Addresses.SESSION,
                    new OpenSession("other", Samples.description("x"), "10.0.0.2", null),
                    SessionOpened.class,
                    WAIT)
                .await())
        .hasMessage("node other is not part of this swarm");
    assertThatThrownBy(() ->
            bus.request(
                    Addresses.HEARTBEAT, new Heartbeat("n1", "old", 0), HeartbeatTaken.class, WAIT)
                .await())
        .isInstanceOfSatisfying(
            BusFailure.class, f -> assertThat(f.code()).isEqualTo(BusFailure.NO_SESSION));
  }

  @Test
  void a_silent_node_goes_down() throws Exception {
    open();
    awaitState("n1", "down");
  }

  @Test
  void a_node_that_says_that_it_can_do_no_work_is_down_in_its_own_words() throws Exception {
    SessionOpened session = open();
    next();
    Heartbeat unfit =
        new Heartbeat("n1", session.sessionId(), 1, "the engine does not answer for 30 s: x\ny");

    bus.request(Addresses.HEARTBEAT, unfit, HeartbeatTaken.class, WAIT).await();

    Node.NodeStatus status = store.state().node("n1").orElseThrow().status();
    assertThat(status.state()).isEqualTo("down");
    assertThat(status.message()).isEqualTo("the engine does not answer for 30 s: x");
    open();
    assertThat(next().type()).isEqualTo(AssignmentType.COMPLETE);
    assertThat(store.state().node("n1").orElseThrow().status().state()).isEqualTo("ready");
  }

  @Test
  void routes_name_running_tasks_and_events_tell_each_change() throws Exception {
    BlockingQueue<StateEvent> events = new LinkedBlockingQueue<>();
    vertx
        .eventBus()
        .<JsonObject>consumer(
            Addresses.event(Kind.SERVICE),
            message ->
                events.add(
                    dev.skep.store.model.json.Json.readStored(
                        message.body().toBuffer().getBytes(), StateEvent.class)));
    SessionOpened session = open();
    next();
    ServiceSpec.PortConfig port = new ServiceSpec.PortConfig(null, "tcp", 80, null, null);
    commit(
        create(
            Samples.spec("web", 1)
                .withEndpointSpec(new ServiceSpec.EndpointSpec("vip", List.of(port)))));
    String id = next().tasks().getFirst().id();
    report(
        session,
        new TaskReport(
            id,
            TaskStatus.of(Instant.now(), TaskState.RUNNING, "started"),
            List.of(new Task.NetworkAttachment(null, List.of("172.18.0.5/16")))));
    Routes routes = routes();
    Instant deadline = Instant.now().plus(WAIT);
    while (routes.ports().isEmpty() || routes.ports().getFirst().endpoints().isEmpty()) {
      assertThat(Instant.now()).as("no endpoint in %s", routes).isBefore(deadline);
      routes = routes();
    }
    assertThat(routes.ports()).hasSize(1);
    assertThat(routes.ports().getFirst().port()).isEqualTo(30_000);
    assertThat(routes.ports().getFirst().endpoints().getFirst().address()).isEqualTo("172.18.0.5");
    StateEvent event = events.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    assertThat(event.name()).isEqualTo("web");
    assertThat(event.object().path("Spec").path("Name").asText()).isEqualTo("web");
  }

  @Test
  void stops_with_the_leadership_and_begins_again_with_the_next() throws Exception {
    open();
    next();
    store.lead(Leadership.nobody(2));
    Future<SessionOpened> refused = openSession();
    assertThatThrownBy(refused::await).isInstanceOf(BusFailure.class);
    store.lead(Leadership.here(3, MemoryStore.MEMBER));
    SessionOpened session = open();
    assertThat(next().type()).isEqualTo(AssignmentType.COMPLETE);
    commit(create(Samples.spec("web", 1)));
    assertThat(next().sessionId()).isEqualTo(session.sessionId());
  }

  @Test
  void begins_again_from_the_state_when_commits_are_missing() throws Exception {
    open();
    next();
    ClusterState ahead =
        store
            .state()
            .apply(create(Samples.spec("web", 1)).build(), store.state().index() + 4)
            .state();
    store.install(ahead);
    Await.until(
        "the service has a task on the node",
        () ->
            store.state().tasksOfService("s1").stream()
                .anyMatch(task -> task.nodeId().equals("n1")));
    open();
    Assignment assignment = next();
    while (assignment.tasks().isEmpty()) {
      assignment = next();
    }
    assertThat(assignment.tasks()).singleElement().extracting(Task::serviceName).isEqualTo("web");
    assertThat(store.state().tasksOfService("s1")).hasSize(1);
  }

  // ------------------------------------------------------------------

  private void commit(Transaction.Builder transaction) {
    store.commit(transaction.build()).await();
  }

  private static Transaction.Builder create(ServiceSpec spec) {
    return Transaction.at(Instant.now()).create(Samples.service("s1", spec));
  }

  private Future<SessionOpened> openSession() {
    return bus.request(
        Addresses.SESSION,
        new OpenSession("n1", Samples.description("host"), "127.0.0.2", "127.0.0.2:7946"),
        SessionOpened.class,
        WAIT);
  }

  /** Opens a session as soon as somebody leads. */
  private SessionOpened open() {
    Instant deadline = Instant.now().plus(WAIT);
    while (true) {
      try {
        return openSession().await();
      } catch (BusFailure e) {
        assertThat(Instant.now()).as("no leader: %s", e.getMessage()).isBefore(deadline);
      }
    }
  }

  private Assignment next() throws InterruptedException {
    Assignment assignment = assignments.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(assignment).as("no assignment came").isNotNull();
    return assignment;
  }

  private Routes routes() {
    return bus.request(Addresses.ROUTES_REQUEST, new RoutesRequest("n1"), Routes.class, WAIT)
        .await();
  }

  private StatusTaken report(SessionOpened session, TaskReport... tasks) {
    return bus.request(
            Addresses.STATUS,
            new StatusReport("n1", session.sessionId(), List.of(tasks)),
            StatusTaken.class,
            WAIT)
        .await();
  }

  private void awaitState(String nodeId, String state) throws InterruptedException {
    BlockingQueue<String> states = new LinkedBlockingQueue<>();
    store.watch(
        commit -> commit.state().node(nodeId).ifPresent(node -> states.add(node.status().state())));
    states.add(store.state().node(nodeId).orElseThrow().status().state());
    String last = "";
    while (!state.equals(last)) {
      last = states.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(last).as("node %s did not become %s", nodeId, state).isNotNull();
    }
  }

  private static TaskReport running(String taskId) {
    return new TaskReport(
        taskId, TaskStatus.of(Instant.now(), TaskState.RUNNING, "started"), List.of());
  }

  private static TaskStatus failed(String err) {
    return TaskStatus.of(Instant.now(), TaskState.FAILED, "started").withErr(err);
  }
}
