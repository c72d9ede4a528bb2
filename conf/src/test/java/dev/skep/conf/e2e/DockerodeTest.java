package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** dockerode drives a manager: the steps are in src/test/node/dockerode.mjs. */
@Tag("e2e")
@Tag("npm")
@ExtendWith(SharedSwarm.class)
class DockerodeTest {
  private static final Path SCRIPTS = Path.of("src", "test", "node");

  @TempDir Path directory;
  private final DemoSwarm swarm;

  DockerodeTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void goes_through_all_steps() throws IOException {
    for (String file : List.of("package.json", "package-lock.json", "dockerode.mjs")) {
      Files.copy(SCRIPTS.resolve(file), directory.resolve(file));
    }
    Command.succeed(
        Map.of(),
        List.of("npm", "ci", "--prefix", directory.toString(), "--no-audit", "--no-fund"));
    Command.Result steps =
        Command.succeed(
            Map.of(),
            List.of(
                "node",
                directory.resolve("dockerode.mjs").toString(),
                swarm.socket(1).toString(),
                DemoSwarm.IMAGE));
    assertThat(steps.lines()).hasSize(10).allMatch(line -> line.startsWith("ok "));
  }
}
