package dev.skep.scheduler.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LeasesTest {
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private static Instant at(long seconds) {
    return Samples.T0.plusSeconds(seconds);
  }

  private static void look(Leases leases, long from, long to) {
    for (long second = from; second <= to; second += 5) {
      assertThat(leases.lost(at(second), PERIOD)).isEmpty();
    }
  }

  @Test
  void a_node_is_lost_after_three_missed_periods() {
    Leases leases = new Leases(at(0));
    leases.heard("a", at(0));
    leases.heard("b", at(0));
    leases.heard("a", at(5));
    look(leases, 5, 10);
    assertThat(leases.lost(at(15), PERIOD)).containsExactly("b");
    leases.follow(Samples.node("b"), true, at(15));
    assertThat(leases.lost(at(19), PERIOD)).isEmpty();
    assertThat(leases.lost(at(20), PERIOD)).containsExactly("a");
  }

  @Test
  void a_leader_that_stood_still_gives_every_node_that_time_again() {
    Leases leases = new Leases(at(0));
    leases.heard("a", at(0));
    look(leases, 0, 10);
    assertThat(leases.lost(at(100), PERIOD)).isEmpty();
    assertThat(leases.lost(at(104), PERIOD)).isEmpty();
    assertThat(leases.lost(at(105), PERIOD)).containsExactly("a");
  }

  @Test
  void the_next_look_is_a_period_away_or_when_the_oldest_lease_ends() {
    Leases leases = new Leases(at(0));
    assertThat(leases.nextLook(PERIOD)).isEmpty();
    leases.heard("a", at(0));
    look(leases, 0, 0);
    assertThat(leases.nextLook(PERIOD)).contains(at(5));
    look(leases, 5, 10);
    assertThat(leases.lost(at(13), PERIOD)).isEmpty();
    assertThat(leases.nextLook(PERIOD)).contains(at(15));
  }
}
