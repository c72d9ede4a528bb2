package dev.skep.scheduler.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks whose node does not meet their constraints any more. */
class EnforcementTest {
  private static Harness running(ServiceSpec spec) {
    Harness harness = Harness.withNodes(2);
    harness.node("n1", n -> n.withSpec(n.spec().withLabels(Map.of("disk", "ssd"))));
    return harness.create(Samples.service("web", spec)).settle();
  }

  private static ServiceSpec spec(String... constraints) {
    Placement placement = new Placement(List.of(constraints), List.of(), null, List.of());
    return Samples.spec("web", 1)
        .withTaskTemplate(Samples.template("web:1").withPlacement(placement));
  }

  private static Task only(Harness harness) {
    assertThat(harness.wanted()).hasSize(1);
    return harness.wanted().getFirst();
  }

  @ParameterizedTest
  @ValueSource(strings = {"node.labels.disk in (ssd, nvme)", "node.role==worker"})
  void leave_when_a_label_or_the_role_changes_and_say_why(String constraint) {
    Harness harness = running(spec(constraint, "node.id==n1"));
    Task task = only(harness);
    harness.node(
        "n1",
        n -> n.withSpec(n.spec().withLabels(Map.of("disk", "hdd")).withRole(NodeSpec.MANAGER)));
    harness.pass();
    Task leaving = harness.state().task(task.id()).orElseThrow();
    assertThat(leaving.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(leaving.status().err()).isEqualTo("assigned node no longer meets constraints");
    assertThat(only(harness).status().err())
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 2 nodes)");
  }

  @Test
  void keep_saying_why_when_their_agent_has_stopped_them() {
    Harness harness = running(spec("node.labels.disk==ssd"));
    Task task = only(harness);
    harness.node("n1", n -> n.withSpec(n.spec().withLabels(Map.of()))).pass();
    Plan plan =
        new Plan(
            harness.state(), Fleet.of(harness.state()), harness.now(), new SplittableRandom(1), 10);
    StatusReport report =
        new StatusReport(
            "n1",
            "session",
            List.of(
                new TaskReport(
                    task.id(),
                    TaskStatus.of(harness.now(), TaskState.SHUTDOWN, "shutdown"),
                    List.of())));
    Reports.fold(plan, report, new TreeSet<>());
    Task stopped = plan.task(task.id()).orElseThrow();
    assertThat(stopped.state()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(stopped.status().err()).isEqualTo("assigned node no longer meets constraints");
    assertThat(Reports.fold(plan, report, new TreeSet<>())).contains(List.of());
    assertThat(plan.task(task.id())).contains(stopped);
  }

  @Test
  void stay_on_a_paused_node() {
    Harness harness = running(spec("node.labels.disk==ssd"));
    harness.node(
        "n1", n -> n.withSpec(n.spec().withLabels(Map.of()).withAvailability(NodeSpec.PAUSE)));
    Task task = only(harness.pass());
    assertThat(task.nodeId()).isEqualTo("n1");
    assertThat(task.status().err()).isNull();
  }

  @Test
  void are_not_moved_by_what_comes_to_stand_beside_them() {
    Harness harness = running(spec("service.name != db"));
    String node = only(harness).nodeId();
    harness
        .create(
            Samples.service(
                "db",
                Samples.spec("db", 2)
                    .withTaskTemplate(
                        Samples.template("db:1")
                            .withPlacement(
                                new Placement(
                                    List.of("service.name==web"), List.of(), null, List.of())))))
        .settle();
    assertThat(harness.wanted().stream().filter(t -> t.serviceId().equals("web")))
        .extracting(Task::nodeId)
        .containsExactly(node);
  }
}
