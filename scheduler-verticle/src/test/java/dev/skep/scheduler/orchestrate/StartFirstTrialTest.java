package dev.skep.scheduler.orchestrate;

import static dev.skep.scheduler.orchestrate.RollingUpdateTest.bring;
import static dev.skep.scheduler.orchestrate.RollingUpdateTest.fresh;
import static dev.skep.scheduler.orchestrate.RollingUpdateTest.image;
import static dev.skep.scheduler.orchestrate.RollingUpdateTest.running;
import static dev.skep.scheduler.orchestrate.RollingUpdateTest.state;
import static dev.skep.scheduler.orchestrate.RollingUpdateTest.stopping;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A start-first update that may roll back watches the new task before the old one leaves. */
class StartFirstTrialTest {
  @Test
  void a_start_first_update_that_may_roll_back_keeps_what_served_until_the_new_one_was_watched() {
    Harness harness = image(running(2, trial()), "web:2");
    List<Task> serving =
        harness.wanted().stream().filter(t -> !fresh(harness).contains(t)).toList();
    Task next = fresh(harness).getFirst();
    bring(harness, next, TaskState.RUNNING);
    assertThat(stopping(harness)).as("it is watched").isEmpty();
    assertThat(fresh(harness)).as("the next slot waits for it").hasSize(1);
    harness.after(Duration.ofSeconds(2));
    bring(harness, next, TaskState.FAILED);
    harness.settle().after(Duration.ofSeconds(5)).settle();
    assertThat(state(harness)).startsWith("rollback_completed");
    assertThat(harness.wanted())
        .as("nothing that served was touched")
        .extracting(Task::id)
        .containsExactlyElementsOf(serving.stream().map(Task::id).toList());
  }

  @Test
  void a_start_first_update_that_may_roll_back_goes_on_once_the_new_one_was_watched() {
    Harness harness = image(running(2, trial()), "web:2");
    Task next = fresh(harness).getFirst();
    bring(harness, next, TaskState.RUNNING);
    assertThat(harness.wakes()).containsEntry("web", harness.now().plusSeconds(5));
    harness.after(Duration.ofSeconds(5)).pass();
    assertThat(stopping(harness)).extracting(Task::slot).containsExactly(next.slot());
    assertThat(fresh(harness)).hasSize(2);
    for (int i = 0; i < 4; i++) {
      harness.settle().after(Duration.ofSeconds(5));
    }
    assertThat(state(harness.settle())).startsWith("completed");
    assertThat(harness.wanted()).hasSize(2);
  }

  private static UpdateConfig trial() {
    return new UpdateConfig(1, 0L, "rollback", 5 * Samples.SECOND, 0, "start-first");
  }
}
