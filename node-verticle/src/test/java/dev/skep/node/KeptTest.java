package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.engine.Health;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KeptTest {
  private static Kept probed() {
    Kept kept = new Kept("t1", Instant.EPOCH);
    kept.probed = true;
    kept.started("c1");
    return kept;
  }

  @Test
  void what_was_found_unhealthy_stays_so_while_it_is_stopped() {
    Kept kept = probed();
    kept.health(Health.HEALTHY);
    kept.health(Health.UNHEALTHY);
    kept.health(Health.HEALTHY);
    kept.died("c1", 0);
    assertThat(kept.observed)
        .isEqualTo(new Observed.Dead("c1", 0, "dockerexec: unhealthy container"));
  }

  @Test
  void health_that_was_heard_before_the_start_was_answered_counts() {
    Kept kept = new Kept("t1", Instant.EPOCH);
    kept.probed = true;
    kept.health(Health.HEALTHY);
    kept.started("c1");
    assertThat(kept.observed).isEqualTo(new Observed.Alive("c1", 0, Health.HEALTHY));
  }
}
