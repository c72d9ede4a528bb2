package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node that leaves says so. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class LeaveTest {
  private static final String NODE = "node-leaver";

  /** Less than the lease of a node that is not heard of. */
  private static final Duration AT_ONCE = Duration.ofSeconds(8);

  private final DemoSwarm swarm;

  LeaveTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void the_manager_knows_at_once_and_the_node_s_log_says_it_once(@TempDir Path dir) {
    String token = swarm.docker("swarm", "join-token", "-q", "worker");
    try (LoneDaemon leaver =
        LoneDaemon.start(dir, DemoSwarm.engine(), swarm.address(8), "--name", NODE)) {
      leaver.docker("swarm", "join", "--token", token, swarm.address(1) + ":2377");
      Await.until(
          "it is there",
          DemoSwarm.CONVERGES,
          () -> swarm.docker("node", "ls", "--format", "{{.Hostname}} {{.Status}}"),
          nodes -> nodes.contains(NODE + " Ready"));
      leaver.docker("swarm", "leave");
      Await.until(
          "it is Down, and why",
          AT_ONCE,
          () ->
              swarm.docker(
                  "node", "inspect", "--format", "{{.Status.State}} {{.Status.Message}}", NODE),
          "down the node left the swarm"::equals);
      assertThat(leaver.log()).containsOnlyOnce("left the swarm").doesNotContain("heartbeat");
    } finally {
      swarm.tryDocker("node", "rm", "--force", NODE);
    }
  }
}
