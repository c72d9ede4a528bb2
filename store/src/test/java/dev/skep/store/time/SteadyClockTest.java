package dev.skep.store.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteadyClockTest {
  private static final Instant BEGIN = Instant.parse("2026-11-21T03:00:00Z");

  private Instant wall = BEGIN;
  private long nanos;
  private final SteadyClock clock = new SteadyClock(() -> wall, () -> nanos);

  private void pass(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  @Test
  void is_the_time_of_day_while_nobody_sets_it() {
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofMillis(i));
      assertThat(clock.instant()).isEqualTo(wall);
    }
  }

  /** An hour and a day, both ways, and less. */
  @ParameterizedTest
  @ValueSource(longs = {-86_400, -3_600, -7, 7, 3_600, 86_400})
  void a_delay_takes_its_time_whatever_is_done_to_the_clock(long step) {
    Duration delay = Duration.ofMinutes(1);
    Instant over = clock.instant().plus(delay);
    pass(Duration.ofSeconds(3));
    wall = wall.plusSeconds(step);
    Duration waited = Duration.ofSeconds(3);
    Instant before = clock.instant();
    while (clock.instant().isBefore(over)) {
      pass(Duration.ofMillis(100));
      waited = waited.plusMillis(100);
      assertThat(clock.instant()).isAfter(before);
      before = clock.instant();
    }
    assertThat(waited).isBetween(delay.multipliedBy(11).dividedBy(12), Duration.ofSeconds(66));
  }

  @ParameterizedTest
  @ValueSource(longs = {-3_600, 3_600})
  void is_right_again_after_twelve_times_the_step(long step) {
    wall = wall.plusSeconds(step);
    clock.instant();
    for (int i = 0; i < 60 * 13; i++) {
      pass(Duration.ofMinutes(1));
      clock.instant();
    }
    assertThat(clock.instant()).isEqualTo(wall);
  }

  @Test
  void takes_a_year_forward_at_once() {
    wall = wall.plus(Duration.ofDays(365));
    assertThat(clock.instant()).isEqualTo(wall);
  }

  @Test
  void dates_nothing_before_what_is_known() {
    Instant known = BEGIN.plus(Duration.ofHours(1));
    clock.notBefore(known);
    clock.notBefore(BEGIN);
    assertThat(clock.instant()).isEqualTo(known);
    pass(Duration.ofSeconds(12));
    assertThat(clock.instant()).isEqualTo(known.plusSeconds(11));
  }
}
