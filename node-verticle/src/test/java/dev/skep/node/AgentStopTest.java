package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
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
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** How the agent brings tasks down, and what goes with them. */
class AgentStopTest extends AgentFixture {
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
        Await.result(
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
