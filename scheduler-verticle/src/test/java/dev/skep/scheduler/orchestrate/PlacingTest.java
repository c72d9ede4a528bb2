package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.scheduler.allocate.Ipam;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Op;
import dev.skep.store.state.Transaction;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many tasks that wait are placed over several plans, none larger than it may be. */
class PlacingTest {
  private static final int MAX_OPS = 7;

  /** Plans until nothing is left to do; each plan is kept small. */
  private static ClusterState plans(ClusterState state) {
    return plans(state, new Ipam(NetworkDrivers.LOCAL, () -> 0));
  }

  private static ClusterState plans(ClusterState state, Ipam ipam) {
    // The last change may be of two objects, a task and its node.
    int most = ipam.drivers().local() ? MAX_OPS : MAX_OPS + 1;
    for (int i = 0; i < 50; i++) {
      Plan plan =
          new Plan(
              state,
              Fleet.of(state),
              Samples.T0,
              new SplittableRandom(i),
              MAX_OPS,
              Limits.NONE,
              ipam);
      new Orchestrator(plan).decide("s");
      Transaction transaction = plan.transaction(1);
      assertThat(transaction.ops().stream().filter(op -> !(op instanceof Op.Unchanged)).count())
          .isLessThanOrEqualTo(most);
      assertThat(transaction.isEmpty())
          .as("a plan that is cut short does something, or it would be cut short for ever")
          .isEqualTo(plan.unfinished().isEmpty() && transaction.isEmpty());
      if (transaction.isEmpty()) {
        return state;
      }
      state =
          state
              .apply(new Transaction(transaction.at(), transaction.ops(), null), state.index() + 1)
              .state();
    }
    throw new AssertionError("the plans do not come to an end");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.0/28", "10.9.0.0/27"})
  void comes_to_an_end_where_there_are_more_nodes_than_gateways(String subnet) {
    int count = 20;
    Harness harness = Harness.withNodes(count).drivers(AllocatingTest.MANAGED);
    harness.create(Samples.network("n", subnet));
    for (int i = 1; i <= count; i++) {
      harness.availability("n" + i, NodeSpec.PAUSE);
    }
    harness.create(Samples.service("s", Samples.on(Samples.spec("web", 40), "n"))).pass();
    for (int i = 1; i <= count; i++) {
      harness.availability("n" + i, NodeSpec.ACTIVE);
    }
    ClusterState state = plans(harness.state(), new Ipam(AllocatingTest.MANAGED, () -> 0));
    List<Task> placed =
        state.tasks().stream().filter(task -> task.state() == TaskState.ASSIGNED).toList();
    assertThat(placed)
        .isNotEmpty()
        .allMatch(task -> state.node(task.nodeId()).orElseThrow().gateways().size() == 1);
    assertThat(state.tasks())
        .filteredOn(task -> task.state() != TaskState.ASSIGNED)
        .isNotEmpty()
        .allMatch(task ->
            String.valueOf(task.status().err()).contains("address is free on network net-n"));
    assertThat(state.nodes()).anyMatch(node -> node.gateways().isEmpty());
  }

  private static Harness waiting(ServiceSpec spec) {
    return Harness.withNodes(2)
        .availability("n1", NodeSpec.PAUSE)
        .availability("n2", NodeSpec.PAUSE)
        .create(Samples.service("s", spec))
        .pass();
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 20})
  void places_all_in_the_end(long replicas) {
    Harness harness = waiting(Samples.spec("web", replicas));
    ClusterState state = plans(harness.availability("n1", NodeSpec.ACTIVE).state());
    assertThat(state.tasks()).hasSize((int) replicas).extracting(Task::nodeId).containsOnly("n1");
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 20})
  void those_without_room_say_why_and_are_left_alone(long replicas) {
    Placement few = new Placement(List.of(), List.of(), 2L, List.of());
    Harness harness =
        waiting(
            Samples.spec("web", replicas)
                .withTaskTemplate(Samples.template("web:1").withPlacement(few)));
    ClusterState state = plans(harness.availability("n1", NodeSpec.ACTIVE).state());
    assertThat(state.tasksOfNode("n1")).hasSize(2);
    assertThat(state.tasks())
        .filteredOn(task -> task.nodeId().isEmpty())
        .hasSize((int) replicas - 2)
        .extracting(task -> String.valueOf(task.status().err()))
        .containsOnly(
            "no suitable node (1 node not available for new tasks; "
                + "max replicas per node limit exceed)");
  }
}
