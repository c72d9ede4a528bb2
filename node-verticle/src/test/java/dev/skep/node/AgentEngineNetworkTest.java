package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Networks and ports of tasks on a real engine. */
@Tag("engine")
class AgentEngineNetworkTest extends EngineFixture {
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
      Await.result(
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
          Await.result(
              new Bus(otherCluster.eventBus(), TestKeys.ALL)
                  .request(
                      Addresses.leave(otherNode),
                      new Leave(otherNode),
                      Left.class,
                      Duration.ofSeconds(25)));
      assertThat(left.removedContainers()).isEqualTo(1);
    } finally {
      Await.result(otherCluster.close());
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
}
