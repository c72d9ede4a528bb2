package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** dockerode's steps, in src/test/node/dockerode.mjs. */
final class Dockerode {
  private static final Path SCRIPTS = Path.of("src", "test", "node");
  private static final int STEPS = 10;

  private Dockerode() {}

  /**
   * @param directory an empty one, for what npm brings
   * @param manager the path of its socket, or host:port
   * @param nodes how many its swarm has
   */
  static void goesThroughAllSteps(Path directory, String manager, int nodes) {
    try {
      for (String file : List.of("package.json", "package-lock.json", "dockerode.mjs")) {
        Files.copy(SCRIPTS.resolve(file), directory.resolve(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.succeed(
        Map.of(),
        // Without scripts: one would build a native part for minutes that only SSH needs.
        List.of(
            "npm",
            "ci",
            "--ignore-scripts",
            "--prefix",
            directory.toString(),
            "--no-audit",
            "--no-fund"));
    Command.Result steps =
        Command.succeed(
            Map.of(),
            List.of(
                "node",
                directory.resolve("dockerode.mjs").toString(),
                manager,
                DemoSwarm.IMAGE,
                Integer.toString(nodes)));
    assertThat(steps.lines()).hasSize(STEPS).allMatch(line -> line.startsWith("ok "));
  }
}
