package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The manager's daemon dies at any moment; what it had acknowledged is there when it is back. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class ManagerCrashTest {
  private static final int ROUNDS = 4;
  private static final int LONGEST_LIFE_MILLIS = 2_000;

  private final DemoSwarm swarm;

  ManagerCrashTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void acknowledged_services_survive_kill_9_and_converge_without_duplicates() {
    long seed = Long.getLong("skep.seed", System.nanoTime());
    System.err.println("ManagerCrashTest: again with -Dskep.seed=" + seed);
    Random random = new Random(seed);
    Set<String> before = Set.copyOf(swarm.containers("shop_web"));
    var acknowledged = new ArrayList<String>();
    for (int round = 1; round <= ROUNDS; round++) {
      acknowledged.addAll(createUntilKilled(round, random.nextInt(LONGEST_LIFE_MILLIS)));
      swarm.demoSucceeds();
    }
    List<String> services = swarm.docker("service", "ls", "--format", "{{.Name}}").lines().toList();
    assertThat(services).as("seed %d", seed).containsAll(acknowledged);

    // An unacknowledged one may be there too: then it must be whole as well.
    List<String> crashed = services.stream().filter(name -> name.startsWith("crash-")).toList();
    for (String service : crashed) {
      swarm.awaitReplicas(service, 1);
      Await.until(
          "one container of " + service,
          DemoSwarm.FAILS_OVER,
          () -> swarm.containers(service),
          names -> names.size() == 1);
    }
    assertThat(Set.copyOf(swarm.containers("shop_web")))
        .as("the shop's tasks outlive their manager's daemon")
        .isEqualTo(before);

    var words = new ArrayList<>(List.of("service", "rm"));
    words.addAll(crashed);
    swarm.docker(words.toArray(String[]::new));
    Await.until(
        "their containers are gone",
        DemoSwarm.FAILS_OVER,
        () -> swarm.containersNamed("crash-"),
        List::isEmpty);
  }

  /**
   * Creates services one after another until the manager is killed; returns those that it had
   * acknowledged.
   */
  private List<String> createUntilKilled(int round, int lifeMillis) {
    var dead = new AtomicBoolean();
    Executor later = CompletableFuture.delayedExecutor(lifeMillis, TimeUnit.MILLISECONDS);
    CompletableFuture<Void> killing =
        CompletableFuture.runAsync(
            () -> {
              swarm.kill(1);
              dead.set(true);
            },
            later);
    var acknowledged = new ArrayList<String>();
    for (int i = 1; !dead.get(); i++) {
      String name = "crash-" + round + "-" + i;
      Command.Result created =
          swarm.tryDocker(
              "service",
              "create",
              "-d",
              "--no-resolve-image",
              "--name",
              name,
              DemoSwarm.IMAGE,
              "web");
      if (created.status() == 0) {
        acknowledged.add(name);
      }
    }
    killing.join();
    return acknowledged;
  }
}
