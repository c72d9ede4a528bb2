package dev.skep.scheduler.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.allocate.NetworkDrivers.Capabilities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SimulationTest {
  /** Enough to find a bug that shows in one of a few thousand histories. */
  private static final int SEEDS = Integer.getInteger("skep.simulation.seeds", 5_000);

  private static final long FIRST = Long.getLong("skep.simulation.seed", 0);

  /** Networks whose addresses come from the manager. */
  static final NetworkDrivers MANAGED =
      new NetworkDrivers(Map.of("overlay", new Capabilities(true, true)));

  @Test
  void a_cluster_keeps_its_invariants_whatever_happens_and_comes_to_rest() {
    expectNothingWrong(SEEDS, Simulation::new);
  }

  @Test
  void so_does_one_whose_networks_get_their_addresses_from_the_manager() {
    expectNothingWrong(Math.max(1, SEEDS / 5), seed -> new Simulation(seed, MANAGED));
  }

  private static void expectNothingWrong(int seeds, LongFunction<Simulation> worlds) {
    Map<Long, List<String>> wrong = new TreeMap<>();
    LongStream.range(FIRST, FIRST + seeds)
        .parallel()
        .forEach(seed -> {
          List<String> found = history(worlds.apply(seed), world -> {});
          if (!found.isEmpty()) {
            synchronized (wrong) {
              wrong.put(seed, found);
            }
          }
        });
    assertThat(wrong).as("what went wrong, by seed").isEmpty();
  }

  /** Plays one history; what went wrong. */
  static List<String> history(long seed, Consumer<Simulation> mutation) {
    return history(new Simulation(seed), mutation);
  }

  /** As the other, in a world that has just begun. */
  static List<String> history(Simulation world, Consumer<Simulation> mutation) {
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
    world.run(Duration.ofSeconds(20));
    user.wishes();
    List<String> wrong = world.rest(SimUser.patience());
    return wrong.isEmpty() ? new SimTrial(world, user).play() : wrong;
  }
}
