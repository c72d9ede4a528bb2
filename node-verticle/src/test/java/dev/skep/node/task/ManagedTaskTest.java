package dev.skep.node.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerPhase;
import dev.skep.engine.Health;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagedTaskTest {
  private static ManagedTask probed() {
    ManagedTask managed = new ManagedTask("t1", Instant.EPOCH);
    managed.probed = true;
    managed.started("c1");
    return managed;
  }

  @Test
  void what_was_found_unhealthy_stays_so_while_it_is_stopped() {
    ManagedTask managed = probed();
    managed.health(Health.HEALTHY);
    managed.health(Health.UNHEALTHY);
    managed.health(Health.HEALTHY);
    managed.died("c1", 0);
    assertThat(managed.observed)
        .isEqualTo(new Observed.Dead("c1", 0, "dockerexec: unhealthy container"));
  }

  @Test
  void an_engine_that_forgets_the_health_of_what_it_stopped_does_not_hide_the_cause() {
    Observed.Dead unhealthy = new Observed.Dead("c1", 0, "dockerexec: unhealthy container");
    ManagedTask managed = probed();
    managed.health(Health.UNHEALTHY);
    managed.see(ended(""));
    assertThat(managed.observed).isEqualTo(unhealthy);
    managed.see(ended(""));
    assertThat(managed.observed).isEqualTo(unhealthy);
    managed.see(ended("the disk is gone"));
    assertThat(managed.observed).isEqualTo(new Observed.Dead("c1", 0, "the disk is gone"));
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
    ManagedTask managed = new ManagedTask("t1", Instant.EPOCH);
    managed.probed = true;
    managed.health(Health.HEALTHY);
    managed.started("c1");
    assertThat(managed.observed).isEqualTo(new Observed.Alive("c1", 0, Health.HEALTHY));
  }
}
