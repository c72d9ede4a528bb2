package dev.skep.conf.e2e;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** dockerode drives a manager over its Unix socket. */
@Tag("e2e")
@Tag("npm")
@ExtendWith(SharedSwarm.class)
class DockerodeTest {
  @TempDir Path directory;
  private final DemoSwarm swarm;

  DockerodeTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void goes_through_all_steps() {
    Dockerode.goesThroughAllSteps(directory, swarm.socket(1).toString(), DemoSwarm.NODES);
  }
}
