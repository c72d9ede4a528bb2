package dev.skep.store.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.TaskState.Owner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskStateTest {
  /** Who may take each step: L the leader, A the agent, - nobody. Rows from, columns to. */
  private static final List<String> SQUARE =
      List.of(
          // NEW ALLOCATED PENDING ASSIGNED ACCEPTED PREPARING READY STARTING RUNNING COMPLETE
          // SHUTDOWN FAILED REJECTED REMOVE ORPHANED
          "-LLL-----------", // NEW
          "--LL-----------", // ALLOCATED
          "---L-----------", // PENDING
          "----AAAAAAAAA-L", // ASSIGNED
          "-----AAAAAAAA-L", // ACCEPTED
          "------AAAAAAA-L", // PREPARING
          "-------AAAAAA-L", // READY
          "--------AAAAA-L", // STARTING
          "---------AAAA-L", // RUNNING
          "---------------", // COMPLETE
          "---------------", // SHUTDOWN
          "---------------", // FAILED
          "---------------", // REJECTED
          "---------------", // REMOVE
          "---------------"); // ORPHANED

  @Test
  void each_step_up_the_ladder_has_one_owner_and_no_step_goes_down() {
    List<String> actual = new ArrayList<>();
    for (TaskState from : TaskState.values()) {
      StringBuilder row = new StringBuilder();
      for (TaskState to : TaskState.values()) {
        boolean leader = from.mayBecome(to, Owner.LEADER);
        boolean agent = from.mayBecome(to, Owner.AGENT);
        assertThat(leader && agent).as("%s to %s has two owners", from, to).isFalse();
        row.append(leader ? 'L' : agent ? 'A' : '-');
      }
      actual.add(row.toString());
    }
    assertThat(actual).isEqualTo(SQUARE);
  }

  @Test
  void the_ladder_is_swarms() {
    assertThat(TaskState.values())
        .extracting(TaskState::text)
        .containsExactly(
            "new",
            "allocated",
            "pending",
            "assigned",
            "accepted",
            "preparing",
            "ready",
            "starting",
            "running",
            "complete",
            "shutdown",
            "failed",
            "rejected",
            "remove",
            "orphaned");
    assertThat(TaskState.RUNNING.ended()).isFalse();
    assertThat(TaskState.COMPLETE.ended()).isTrue();
    assertThat(TaskState.READY.after(TaskState.ASSIGNED)).isTrue();
    assertThat(TaskState.READY.after(TaskState.READY)).isFalse();
    for (TaskState state : TaskState.values()) {
      assertThat(TaskState.parse(state.text())).isEqualTo(state);
    }
    assertThatThrownBy(() -> TaskState.parse("dancing"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
