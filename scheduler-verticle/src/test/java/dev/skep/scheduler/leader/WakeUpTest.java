package dev.skep.scheduler.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.scheduler.dispatch.Input;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.Gateway;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who waits is looked at again when something was given back, though no time passes. */
class WakeUpTest {
  private static final int MOST_TURNS = 100;

  private ClusterState state = ClusterState.EMPTY;
  private ControlLoop loop = loop();

  private ControlLoop loop() {
    ControlLoop made =
        new ControlLoop(
            state,
            1,
            transaction -> Future.succeededFuture(apply(transaction)),
            () -> Samples.T0,
            () -> Samples.T0,
            new SplittableRandom(3),
            new DecisionLog());
    made.drivers(SimulationTest.MANAGED);
    return made;
  }

  private Commit apply(Transaction transaction) {
    Commit commit = state.apply(transaction, state.index() + 1);
    state = commit.state();
    loop.observe(commit);
    return commit;
  }

  @BeforeEach
  void a_cluster_of_one_node() {
    create(Samples.cluster(5 * Samples.SECOND, 0));
    create(Samples.node("n1"));
    loop = loop();
    turns();
  }

  private void create(SwarmObject object) {
    apply(Transaction.at(Samples.T0).create(object).build());
  }

  private void update(SwarmObject object) {
    apply(Transaction.at(Samples.T0).update(object).build());
  }

  private void delete(SwarmObject object) {
    apply(Transaction.at(Samples.T0).delete(object).build());
  }

  /** Turns until one has nothing more to do. */
  private void turns() {
    for (int i = 0; i < MOST_TURNS; i++) {
      if (!loop.turn().result()) {
        return;
      }
    }
    throw new AssertionError("the turns do not come to an end");
  }

  /** The nodes say that the service's tasks stopped. */
  private void stopped(String serviceId) {
    for (Node node : List.copyOf(state.nodes())) {
      List<TaskReport> reports = new ArrayList<>();
      for (Task task : state.tasksOfNode(node.id())) {
        if (task.serviceId().equals(serviceId)) {
          TaskStatus status = TaskStatus.of(Samples.T0, TaskState.SHUTDOWN, "shutdown");
          reports.add(new TaskReport(task.id(), status, List.of()));
        }
      }
      loop.offer(new Input.Report(new StatusReport(node.id(), "s", reports), Promise.promise()));
    }
    turns();
  }

  private static ServiceSpec dnsrr(String name, long replicas, String network) {
    return Samples.on(Samples.spec(name, replicas), network)
        .withEndpointSpec(new EndpointSpec("dnsrr", List.of()));
  }

  private void serve(ServiceSpec spec) {
    create(Samples.service(String.valueOf(spec.name()), spec));
    turns();
  }

  private List<TaskState> states(String serviceId) {
    return state.tasksOfService(serviceId).stream().map(Task::state).toList();
  }

  private Service service(String id) {
    return state.service(id).orElseThrow();
  }

  private Network network(String id) {
    return state.network(id).orElseThrow();
  }

  @Test
  void for_an_address() {
    create(Samples.network("n", "10.9.0.0/29"));
    serve(dnsrr("a", 3, "n"));
    serve(dnsrr("b", 2, "n"));
    assertThat(states("b")).containsExactly(TaskState.NEW, TaskState.NEW);

    delete(service("a"));
    turns();
    assertThat(states("b")).as("its tasks still stop").containsOnly(TaskState.NEW);
    stopped("a");

    assertThat(states("b")).containsExactly(TaskState.ASSIGNED, TaskState.ASSIGNED);
  }

  @Test
  void for_a_published_port() {
    List<PortConfig> all = new ArrayList<>();
    for (int port = 30_000; port <= 32_767; port++) {
      all.add(new PortConfig(null, "tcp", 80, port, "ingress"));
    }
    serve(Samples.spec("a", 0).withEndpointSpec(new EndpointSpec("vip", all)));
    PortConfig any = new PortConfig(null, "tcp", 80, null, "ingress");
    serve(Samples.spec("b", 0).withEndpointSpec(new EndpointSpec("vip", List.of(any))));
    assertThat(service("b").portErrors()).hasSize(1);

    delete(service("a"));
    turns();

    assertThat(service("b").portErrors()).isEmpty();
    assertThat(service("b").ports().getFirst().publishedPortOrZero()).isEqualTo(30_000);
  }

  @Test
  void for_a_subnet() {
    update(state.cluster().orElseThrow().withDefaultAddrPool(List.of("10.7.0.0/24")));
    create(Samples.network("m", null));
    create(Samples.network("n", null));
    serve(dnsrr("a", 1, "m"));
    serve(dnsrr("b", 1, "n"));
    assertThat(states("b")).containsExactly(TaskState.NEW);
    delete(service("a"));
    turns();
    stopped("a");
    assertThat(states("b")).as("the network is still there").containsExactly(TaskState.NEW);

    delete(network("m"));
    turns();

    assertThat(states("b")).containsExactly(TaskState.ASSIGNED);
  }

  @Test
  void for_the_subnet_of_a_network_that_was_removed_before_its_last_task_ended() {
    update(state.cluster().orElseThrow().withDefaultAddrPool(List.of("10.7.0.0/24")));
    create(Samples.network("m", null));
    create(Samples.network("n", null));
    serve(dnsrr("a", 1, "m"));
    serve(dnsrr("b", 1, "n"));
    delete(service("a"));
    delete(network("m"));
    turns();
    assertThat(states("b")).as("a container still runs there").containsExactly(TaskState.NEW);

    stopped("a");

    assertThat(states("b")).containsExactly(TaskState.ASSIGNED);
  }

  @Test
  void for_a_gateway() {
    String had = "10.9.0.3/28";
    create(Samples.network("n", "10.9.0.0/28"));
    create(
        Samples.node("lost")
            .withGateways(List.of(new Gateway("n", had)))
            .withStatus(new NodeStatus(NodeStatus.DOWN, null, null)));
    for (int i = 2; i <= 6; i++) {
      create(Samples.node("n" + i));
    }
    serve(dnsrr("b", 9, "n"));
    long before = states("b").stream().filter(s -> s == TaskState.ASSIGNED).count();
    assertThat(state.tasksOfService("b").stream().map(task -> task.status().err()).toList())
        .contains("no gateway address is free on network net-n (10.9.0.0/28)");

    Node lost = state.node("lost").orElseThrow();
    update(lost.withGateways(List.of(new Gateway("other", "10.1.0.2/24"))));
    turns();

    assertThat(states("b").stream().filter(s -> s == TaskState.ASSIGNED).count())
        .isGreaterThan(before);
    assertThat(
            state.nodes().stream()
                .filter(node -> Objects.equals(node.gateways(), List.of(new Gateway("n", had)))))
        .hasSize(1);
  }
}
