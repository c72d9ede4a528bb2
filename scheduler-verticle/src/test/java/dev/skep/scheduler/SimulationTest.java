package dev.skep.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SimulationTest {
  /** Enough to find a bug that shows in one of a few hundred histories. */
  private static final int SEEDS = Integer.getInteger("skep.simulation.seeds", 1_000);

  private static final long FIRST = Long.getLong("skep.simulation.seed", 0);

  @Test
  void a_cluster_keeps_its_invariants_whatever_happens_and_comes_to_rest() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      List<String> wrong = history(seed, world -> {});
      assertThat(wrong).as("seed %d", seed).isEmpty();
    }
  }

  /** Plays one history; what went wrong. */
  static List<String> history(long seed, Consumer<Simulation> mutation) {
    Simulation world = new Simulation(seed);
    mutation.accept(world);
    SimUser user = new SimUser(world);
    user.found((int) world.between(1, 5));
    world.run(Duration.ofSeconds(1));
    int acts = (int) world.between(5, 25);
    for (int i = 0; i < acts && world.wrong().isEmpty(); i++) {
      user.act();
      world.run(
          Duration.ofMillis(world.chance(0.7) ? world.between(0, 1500) : world.between(0, 20_000)));
    }
    user.peace();
    world.run(Duration.ofSeconds(40));
    user.wishes();
    world.run(SimUser.patience());
    return world.wrong().isEmpty() ? world.wrongAtRest() : world.wrong();
  }
}
