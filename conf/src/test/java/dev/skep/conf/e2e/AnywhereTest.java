package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The manager's socket reaches containers that only another host's engine has. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
@TestInstance(Lifecycle.PER_CLASS)
class AnywhereTest {
  private static final String SLOT = "far.1";

  /** More than all buffers on the way together. */
  private static final int MUCH = 32 * 1024 * 1024;

  private final DemoSwarm swarm;
  private @Nullable SecondEngine far;
  private String task = "";

  AnywhereTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @BeforeAll
  void start() {
    SecondEngine joined = SecondEngine.join(swarm);
    far = joined;
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "far",
        "--constraint",
        "node.hostname==" + SecondEngine.NODE,
        "--env",
        "FLOWER=clover",
        "--entrypoint",
        "sh",
        DemoSwarm.IMAGE,
        "-c",
        "trap 'exit 0' TERM; echo in bloom; while true; do sleep 1 & wait $!; done");
    swarm.awaitReplicas("far", 1);
    task =
        swarm
            .docker("service", "ps", "-q", "--no-trunc", "--filter", "desired-state=running", "far")
            .strip();
    assertThat(joined.has("far.1." + task)).as("the other engine has it").isTrue();
    assertThat(swarm.containersNamed("far.")).as("the manager's engine has not").isEmpty();
  }

  @AfterAll
  void stop() {
    try {
      swarm.tryDocker("service", "rm", "far");
    } finally {
      if (far != null) {
        far.close();
        swarm.tryDocker("node", "rm", "--force", SecondEngine.NODE);
      }
    }
  }

  @Test
  void a_command_runs_there_whatever_the_container_is_called() {
    String container =
        swarm.docker("inspect", "--format", "{{.Status.ContainerStatus.ContainerID}}", task);
    for (String name :
        List.of(
            SLOT,
            "far.1." + task,
            task,
            task.substring(0, 12),
            container,
            container.substring(0, 12))) {
      Command.Result result =
          swarm.tryDocker("exec", name, "sh", "-c", "echo $FLOWER on $(hostname); exit 7");
      assertThat(result.output()).as(name).startsWith("clover on " + container.substring(0, 12));
      assertThat(result.status()).as(name).isEqualTo(7);
    }
  }

  @Test
  void standard_input_ends_there_and_the_answer_still_comes() {
    assertThat(
            swarm
                .tryDockerWithInput(
                    "honey\nwax\n", "exec", "-i", SLOT, "sh", "-c", "cat; echo that was all")
                .output())
        .isEqualTo("honey\nwax\nthat was all\n");
  }

  @Test
  void much_passes_both_ways_unchanged() {
    String input = "0123456789abcdef".repeat(MUCH / 16);
    Command.Result there = swarm.tryDockerWithInput(input, "exec", "-i", SLOT, "md5sum");
    Command.Result here = Command.run(Map.of(), List.of("md5sum"), input);
    assertThat(there.output()).isEqualTo(here.output());
    assertThat(
            swarm.docker("exec", SLOT, "sh", "-c", "head -c " + MUCH + " /dev/zero | tr '\\0' x"))
        .hasSize(MUCH);
  }

  @Test
  void a_terminal_is_a_terminal_there() {
    assertThat(
            Command.succeed(
                    Map.of(),
                    List.of(
                        "script",
                        "-qec",
                        String.join(" ", swarm.dockerCommand("exec", "-it", SLOT, "tty")),
                        "/dev/null"))
                .output())
        .contains("/dev/pts/");
  }

  @Test
  void it_is_looked_at_as_if_it_were_here() {
    assertThat(swarm.docker("logs", SLOT)).isEqualTo("in bloom");
    assertThat(swarm.docker("service", "logs", "--raw", "far")).isEqualTo("in bloom");
    assertThat(swarm.docker("inspect", "--format", "{{.Name}} {{.State.Status}}", SLOT))
        .isEqualTo("/far.1." + task + " running");
    assertThat(swarm.docker("inspect", "--format", "{{.State.Status}} {{.Slot}} {{.ID}}", task))
        .as("by the task's id both show")
        .isEqualTo("running 1 " + task);
    assertThat(swarm.docker("top", SLOT)).contains("in bloom");
    assertThat(swarm.docker("stats", "--no-stream", "--format", "{{.Name}}", SLOT))
        .isEqualTo("far.1." + task);
  }

  @Test
  void files_are_copied_there_and_back(@TempDir Path files) throws IOException {
    Path out = Files.writeString(files.resolve("out"), "nectar");
    swarm.docker("cp", out.toString(), SLOT + ":/tmp/in");
    assertThat(swarm.docker("exec", SLOT, "cat", "/tmp/in")).isEqualTo("nectar");
    swarm.docker("cp", SLOT + ":/tmp/in", files.resolve("back").toString());
    assertThat(Files.readString(files.resolve("back"))).isEqualTo("nectar");
  }

  @Test
  void what_no_task_is_called_is_this_hosts() {
    Command.Result none = swarm.tryDocker("exec", "far.7", "true");
    assertThat(none.status()).isNotZero();
    assertThat(none.output()).contains("No such container: far.7");
  }
}
