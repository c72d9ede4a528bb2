package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many attempts a policy allows, whatever their number. */
class RestartRuleTest {
  /** More restarts than any row asks for. */
  private static final int ENOUGH = 20_000;

  /**
   * How often a slot is restarted whose tasks fail {@code seconds} after one another, the back-off
   * aside.
   */
  private static int restarts(long attempts, @Nullable Long windowSeconds, long seconds) {
    Long window = windowSeconds == null ? null : windowSeconds * Samples.SECOND;
    Task task = failed(new RestartPolicy("any", 0L, attempts, window));
    int restarts = 0;
    Instant now = Samples.T0;
    while (restarts < ENOUGH && RestartRule.allows(task, false)) {
      int quick = RestartRule.quickEndings(task);
      Duration slowedBy = RestartRule.slowedBy(task, quick);
      Task ended = task;
      Instant replaced = now;
      now = now.plus(slowedBy).plusSeconds(seconds);
      Instant at = now;
      task =
          task.with(t ->
              t.restarts(RestartRule.remembered(ended, replaced, slowedBy))
                  .restartCount(RestartRule.restarts(ended) + 1)
                  .quickEndings(quick)
                  .updatedAt(at));
      restarts++;
    }
    assertThat(task.restarts()).hasSizeLessThanOrEqualTo(RestartRule.MAX_REMEMBERED);
    return restarts;
  }

  private static Task failed(RestartPolicy policy) {
    return TaskBuilder.builder()
        .id("t")
        .version(Version.NONE)
        .createdAt(Samples.T0)
        .updatedAt(Samples.T0)
        .spec(Samples.template("web:1").withRestartPolicy(policy))
        .status(TaskStatus.of(Samples.T0, TaskState.FAILED, "failed"))
        .desiredState(TaskState.RUNNING)
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    // attempts, window and time between failures in seconds, restarts
    "3,, 1, 3",
    "1000,, 1, 1000",
    "1001,, 1, 1001",
    "12000,, 100, 12000",
    "12, 20, 1, 12",
    "1000, 3600, 1, 1000",
    "1001, 3600, 1, 1001",
    "2500, 3600, 1, 2500",
  })
  void ends_after_as_many_as_it_allows(
      long attempts, @Nullable Long window, long seconds, int expected) {
    assertThat(restarts(attempts, window, seconds)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"12, 20, 5", "1001, 500, 1", "5000, 3600, 1"})
  void never_ends_when_the_window_never_holds_so_many(long attempts, long window, long seconds) {
    assertThat(restarts(attempts, window, seconds)).isEqualTo(ENOUGH);
  }

  @Test
  void zero_attempts_are_any_number() {
    assertThat(restarts(0, 10L, 1)).isEqualTo(ENOUGH);
  }

  @Test
  void counts_what_an_older_version_remembered() {
    Task task =
        failed(new RestartPolicy("any", 0L, 2L, null))
            .withRestarts(java.util.List.of(Samples.T0, Samples.T0));
    assertThat(RestartRule.allows(task, false)).isFalse();
  }

  @Test
  void a_spent_task_stays_spent_when_the_leader_writes_it() {
    Task task =
        failed(new RestartPolicy("any", 0L, 1L, 20 * Samples.SECOND))
            .with(t -> t.restarts(java.util.List.of(Samples.T0)).restartCount(1));
    Instant end = Samples.T0.plusSeconds(20);
    assertThat(RestartRule.allows(task.withUpdatedAt(end), false)).isFalse();
    Instant written = end.plusMillis(5);
    assertThat(RestartRule.allows(task.withUpdatedAt(written), false)).isTrue();
    assertThat(RestartRule.allows(RestartRule.spent(task, end).withUpdatedAt(written), false))
        .isFalse();
  }
}
