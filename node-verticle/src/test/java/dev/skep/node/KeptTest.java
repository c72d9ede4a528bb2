package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerPhase;
import dev.skep.engine.Health;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
  void an_engine_that_forgets_the_health_of_what_it_stopped_does_not_hide_the_cause() {
    Observed.Dead unhealthy = new Observed.Dead("c1", 0, "dockerexec: unhealthy container");
    Kept kept = probed();
    kept.health(Health.UNHEALTHY);
    kept.see(ended(""));
    assertThat(kept.observed).isEqualTo(unhealthy);
    kept.see(ended(""));
    assertThat(kept.observed).isEqualTo(unhealthy);
    kept.see(ended("the disk is gone"));
    assertThat(kept.observed).isEqualTo(new Observed.Dead("c1", 0, "the disk is gone"));
  }

  private static ContainerDetails ended(String error) {
    return new ContainerDetails(
        "c1",
        "web.1",
        Map.of(),
        ContainerPhase.EXITED,
        0,
        0,
        false,
        error,
        Health.STARTING,
        true,
        "",
        false,
        "",
        Map.of(),
        List.of());
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
