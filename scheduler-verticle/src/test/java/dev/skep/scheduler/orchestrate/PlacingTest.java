package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.state.ClusterState;
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
    for (int i = 0; i < 50; i++) {
      Plan plan = new Plan(state, Fleet.of(state), Samples.T0, new SplittableRandom(i), MAX_OPS);
      new Orchestrator(plan).decide("s");
      Transaction transaction = plan.transaction(1);
      assertThat(transaction.ops().size()).isLessThanOrEqualTo(MAX_OPS);
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
