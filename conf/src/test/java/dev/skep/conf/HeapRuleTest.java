package dev.skep.conf;

import static dev.skep.conf.HeapRule.Pace.BUSY;
import static dev.skep.conf.HeapRule.Pace.QUIET;
import static dev.skep.conf.HeapRule.Pace.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.conf.HeapRule.Pace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapRuleTest {
  private static final long MIB = 1024 * 1024;

  private HeapRule rule = HeapRule.FRESH;

  /** One look; what is collected leaves {@code left}. */
  private boolean look(Pace pace, long used, long committed, long left) {
    boolean due = rule.due(pace, used * MIB, committed * MIB);
    rule = rule.after(pace, due);
    if (due) {
      rule = rule.collected(left * MIB);
    }
    return due;
  }

  @ParameterizedTest
  @CsvSource({
    "120, 0, false",
    "128, 0, false",
    "129, 0, true",
    "900, 500, false",
    "1128, 500, false",
    "1129, 500, true"
  })
  void a_heap_is_collected_each_time_it_has_doubled_however_busy_it_is(
      long used, long usedAfter, boolean due) {
    HeapRule working = new HeapRule(usedAfter * MIB, true);
    for (Pace pace : new Pace[] {UNKNOWN, BUSY}) {
      assertThat(working.due(pace, used * MIB, 4_000 * MIB)).isEqualTo(due);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40, 0, false",
    "49, 0, true",
    "60, 20, false",
    "69, 20, true",
    "290, 180, true",
    "1200, 1000, false"
  })
  void a_heap_that_rests_is_collected_when_it_has_crept_up(long used, long usedAfter, boolean due) {
    HeapRule resting = new HeapRule(usedAfter * MIB, false);
    assertThat(resting.due(QUIET, used * MIB, 4_000 * MIB)).isEqualTo(due);
    assertThat(resting.due(BUSY, used * MIB, 4_000 * MIB)).isFalse();
    assertThat(resting.due(UNKNOWN, used * MIB, 4_000 * MIB)).isFalse();
  }

  @Test
  void what_worked_is_collected_once_when_it_rests() {
    assertThat(look(BUSY, 60, 200, 0)).isFalse();
    assertThat(look(UNKNOWN, 60, 200, 0)).as("nobody knows that it rests").isFalse();
    assertThat(look(QUIET, 60, 200, 40)).isTrue();
    assertThat(look(UNKNOWN, 45, 100, 0)).isFalse();
    assertThat(look(QUIET, 45, 100, 0)).as("it has rested since").isFalse();

    assertThat(look(BUSY, 45, 100, 0)).isFalse();
    assertThat(look(QUIET, 45, 100, 40)).as("it worked again").isTrue();
  }

  @Test
  void what_rests_without_having_worked_is_left_alone() {
    assertThat(look(QUIET, 40, 200, 0)).isFalse();
  }

  @Test
  void a_small_heap_is_left_alone_and_remembered_to_have_worked() {
    assertThat(look(BUSY, 20, 40, 0)).isFalse();
    assertThat(look(QUIET, 20, 48, 0)).isFalse();
    assertThat(look(QUIET, 20, 49, 15)).as("it has grown since").isTrue();
  }

  @Test
  void what_was_collected_at_work_is_collected_again_when_it_rests() {
    assertThat(look(BUSY, 200, 400, 60)).isTrue();
    assertThat(look(QUIET, 60, 400, 60)).isTrue();
    assertThat(look(QUIET, 60, 400, 60)).isFalse();
  }
}
