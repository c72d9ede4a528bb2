package dev.skep.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EngineHealthTest {
  private static final Instant BEGIN = Instant.parse("2026-11-21T03:00:00Z");

  private final EngineHealth health = new EngineHealth();
  private Instant now = BEGIN;

  /** Pings every three seconds that get no answer within five. */
  private Duration missesUntilSilent() {
    Instant begin = now;
    while (health.trouble().isEmpty()) {
      Instant asked = now;
      now = now.plusSeconds(5);
      health.missed(asked, now, "no answer");
      now = now.plusSeconds(3);
    }
    return Duration.between(begin, now);
  }

  private Duration answersUntilBack() {
    Instant begin = now;
    while (health.trouble().isPresent()) {
      health.answered(now);
      now = now.plusSeconds(3);
    }
    return Duration.between(begin, now);
  }

  @Test
  void a_short_silence_is_a_restart() {
    health.answered(now);
    for (int i = 0; i < 5; i++) {
      health.missed(now, now.plusSeconds(5), "no answer");
      now = now.plusSeconds(5);
      assertThat(health.trouble()).isEmpty();
    }
    health.answered(now);
    health.missed(now, now.plusSeconds(25), "no answer");
    assertThat(health.trouble()).isEmpty();
  }

  @Test
  void a_long_silence_is_said_with_its_cause() {
    assertThat(missesUntilSilent()).isLessThan(Duration.ofSeconds(41));
    assertThat(health.trouble()).contains("the engine does not answer for 30 s: no answer");
  }

  @Test
  void one_answer_is_not_enough_to_be_back() {
    missesUntilSilent();
    health.answered(now);
    assertThat(health.trouble()).isPresent();
    health.missed(now.plusSeconds(3), now.plusSeconds(8), "again");
    health.answered(now.plusSeconds(9));
    assertThat(health.trouble()).isPresent();
    health.answered(now.plusSeconds(14));
    assertThat(health.trouble()).isEmpty();
  }

  @Test
  void each_further_silence_makes_coming_back_take_longer_up_to_a_bound() {
    missesUntilSilent();
    Duration first = answersUntilBack();
    missesUntilSilent();
    Duration second = answersUntilBack();
    for (int i = 0; i < 10; i++) {
      missesUntilSilent();
      answersUntilBack();
    }
    missesUntilSilent();
    Duration last = answersUntilBack();
    now = now.plus(EngineHealth.FORGIVEN_AFTER).plusSeconds(1);
    missesUntilSilent();

    assertThat(first).isLessThan(Duration.ofSeconds(10));
    assertThat(second).isGreaterThan(first);
    assertThat(last)
        .isBetween(EngineHealth.MOST_STEADY_FOR, EngineHealth.MOST_STEADY_FOR.plusSeconds(6));
    assertThat(answersUntilBack()).isEqualTo(first);
  }
}
