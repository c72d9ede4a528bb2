package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GlobalTest {
  private static final ServiceSpec SPEC = Samples.spec("web", 0).withMode(Mode.everyNode());

  private static Harness running(int nodes, ServiceSpec spec) {
    return Harness.withNodes(nodes).create(Samples.service("web", spec)).settle();
  }

  @Test
  void runs_one_task_on_every_node_and_on_those_that_join() {
    Harness harness = running(2, SPEC);
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1));
    assertThat(harness.tasks()).allMatch(task -> task.slot() == 0);
    harness.create(Samples.node("n9")).settle();
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1, "n9", 1));
  }

  @Test
  void leaves_out_nodes_that_the_constraints_exclude() {
    Placement some = new Placement(List.of("node.id!=n1"), List.of(), null, List.of());
    Harness harness =
        running(3, SPEC.withTaskTemplate(Samples.template("web:1").withPlacement(some)));
    assertThat(harness.spread()).isEqualTo(Map.of("n2", 1, "n3", 1));
  }

  @Test
  void a_task_that_does_not_fit_its_node_says_why() {
    Resources huge =
        new Resources(null, new Resources.Reservations(null, 1L << 40, List.of()), null, null);
    Harness harness =
        running(1, SPEC.withTaskTemplate(Samples.template("web:1").withResources(huge)));
    Task task = harness.tasks().getFirst();
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
    assertThat(task.status().err()).isEqualTo("insufficient resources on 1 node");
  }

  @Test
  void a_failed_task_is_replaced_on_its_node() {
    Harness harness = running(2, SPEC);
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1));
  }

  @Test
  void a_drained_or_lost_node_has_no_task_until_it_is_back() {
    Harness harness = running(3, SPEC);
    harness.availability("n1", NodeSpec.DRAIN).nodeState("n2", NodeStatus.DOWN).pass();
    assertThat(harness.spread()).isEqualTo(Map.of("n3", 1));
    harness.availability("n1", NodeSpec.ACTIVE).nodeState("n2", NodeStatus.READY).settle();
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1, "n3", 1));
    assertThat(harness.wanted()).allMatch(task -> task.state() == TaskState.RUNNING);
  }

  @Test
  void a_paused_node_keeps_its_task_but_gets_no_replacement() {
    Harness harness = running(2, SPEC);
    harness.availability("n1", NodeSpec.PAUSE).pass();
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1));
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    assertThat(harness.spread()).isEqualTo(Map.of("n2", 1));
    harness.availability("n1", NodeSpec.ACTIVE).pass();
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1));
  }

  @Test
  void nothing_is_left_of_a_removed_node() {
    Harness harness = running(2, SPEC);
    harness.delete(harness.state().node("n1").orElseThrow()).pass();
    assertThat(harness.tasks()).extracting(Task::nodeId).containsExactly("n2");
  }
}
