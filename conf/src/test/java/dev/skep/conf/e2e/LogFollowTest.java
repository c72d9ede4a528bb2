package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a task writes is followed and kept, whatever dies around it. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class LogFollowTest {
  private static final int NODE = 2;

  private final DemoSwarm swarm;

  LogFollowTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void following_survives_the_daemon_of_the_tasks_node(@TempDir Path files) throws IOException {
    create("ticker", "i=0; while true; do i=$((i+1)); echo $i; sleep 0.1; done");
    swarm.awaitReplicas("ticker", 1);
    Path output = files.resolve("log");
    Process follower =
        new ProcessBuilder(swarm.dockerCommand("service", "logs", "-f", "--raw", "ticker"))
            .redirectOutput(output.toFile())
            .redirectErrorStream(true)
            .start();
    try {
      Await.until("ten lines", DemoSwarm.CONVERGES, () -> lines(output).size(), n -> n >= 10);

      swarm.kill(NODE);
      int seen = lines(output).size();
      swarm.demoSucceeds();

      Await.until(
          "more than before the kill",
          DemoSwarm.FAILS_OVER,
          () -> lines(output).size(),
          n -> n >= seen + 10);
    } finally {
      follower.destroy();
      swarm.docker("service", "rm", "ticker");
    }
    List<String> lines = lines(output);
    assertThat(lines)
        .as("every line once, in order")
        .isEqualTo(IntStream.rangeClosed(1, lines.size()).mapToObj(Integer::toString).toList());
  }

  @Test
  void the_last_words_of_a_failed_task_outlive_its_container() {
    create("doomed", "echo the hive is cold; exit 3");
    String task =
        Await.until(
            "a failed task",
            DemoSwarm.CONVERGES,
            () ->
                swarm
                    .docker(
                        "service",
                        "ps",
                        "--no-trunc",
                        "--filter",
                        "desired-state=shutdown",
                        "--format",
                        "{{.ID}}",
                        "doomed")
                    .lines()
                    .findFirst()
                    .orElse(""),
            id -> !id.isEmpty());
    String container =
        swarm.docker("inspect", "--format", "{{.Status.ContainerStatus.ContainerID}}", task);
    // The lines are kept right behind the end; a removal that comes between cannot be helped.
    Path kept =
        swarm.dir().resolve("node-" + NODE).resolve("data").resolve("agent").resolve("logs");
    Await.until(
        "its lines are kept",
        DemoSwarm.CONVERGES,
        () -> Files.exists(kept.resolve(task)),
        there -> there);
    try {
      DemoSwarm.onEngine("rm", container);
      assertThat(swarm.docker("service", "logs", "--raw", task)).isEqualTo("the hive is cold");
    } finally {
      swarm.docker("service", "rm", "doomed");
    }
  }

  private void create(String name, String script) {
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        name,
        "--constraint",
        "node.hostname==node-" + NODE,
        "--restart-delay",
        "1h",
        "--entrypoint",
        "sh",
        DemoSwarm.IMAGE,
        "-c",
        script);
  }

  /** Whole lines only. */
  private static List<String> lines(Path file) {
    try {
      String text = Files.readString(file);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
