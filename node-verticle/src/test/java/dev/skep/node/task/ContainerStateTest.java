package dev.skep.node.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerPhase;
import dev.skep.engine.Health;
import dev.skep.node.step.Observed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerStateTest {
  private static ContainerState probed() {
    ContainerState state = new ContainerState();
    state.expect("", true);
    state.started("c1");
    return state;
  }

  @Test
  void what_was_found_unhealthy_stays_so_while_it_is_stopped() {
    ContainerState state = probed();
    state.health(Health.HEALTHY);
    state.health(Health.UNHEALTHY);
    state.health(Health.HEALTHY);
    state.died("c1", 0);
    assertThat(state.observed())
        .isEqualTo(new Observed.Dead("c1", 0, "dockerexec: unhealthy container"));
  }

  @Test
  void an_engine_that_forgets_the_health_of_what_it_stopped_does_not_hide_the_cause() {
    Observed.Dead unhealthy = new Observed.Dead("c1", 0, "dockerexec: unhealthy container");
    ContainerState state = probed();
    state.health(Health.UNHEALTHY);
    state.see(ended(""));
    assertThat(state.observed()).isEqualTo(unhealthy);
    state.see(ended(""));
    assertThat(state.observed()).isEqualTo(unhealthy);
    state.see(ended("the disk is gone"));
    assertThat(state.observed()).isEqualTo(new Observed.Dead("c1", 0, "the disk is gone"));
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
    ContainerState state = new ContainerState();
    state.expect("", true);
    state.health(Health.HEALTHY);
    state.started("c1");
    assertThat(state.observed()).isEqualTo(new Observed.Alive("c1", 0, Health.HEALTHY));
  }
}
