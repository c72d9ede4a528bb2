package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
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
class RemoteTasksTest {
  private static final String SLOT = "far.1";

  /** More than all buffers on the way together. */
  private static final int MUCH = 32 * 1024 * 1024;

  private final DemoSwarm swarm;
  private @Nullable SecondEngine far;
  private String task = "";

  RemoteTasksTest(DemoSwarm swarm) {
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
        "--restart-delay",
        "0s",
        "--entrypoint",
        "sh",
        DemoSwarm.IMAGE,
        "-c",
        "trap 'exit 0' TERM; echo in bloom; while true; do sleep 1 & wait $!; done");
    findTask();
    assertThat(joined.has("far.1." + task)).as("the other engine has it").isTrue();
    assertThat(swarm.containersNamed("far.")).as("the manager's engine has not").isEmpty();
  }

  /** The one that runs now: some tests end it. */
  @BeforeEach
  void findTask() {
    task =
        Await.until(
            "a task of far runs", DemoSwarm.CONVERGES, this::currentTask, id -> !id.isEmpty());
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
    assertThat(swarm.docker("service", "logs", "--raw", "far")).contains("in bloom");
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
  void it_is_looked_at_more_closely() {
    swarm.docker("exec", SLOT, "touch", "/tmp/changed");
    assertThat(swarm.docker("diff", SLOT)).contains("A /tmp/changed");
    assertThat(swarm.docker("logs", "--tail", "1", "--timestamps", SLOT)).endsWith("Z in bloom");
    assertThat(swarm.docker("port", SLOT)).isEmpty();
    assertThat(
            Command.succeed(
                    Map.of(),
                    List.of(
                        "sh",
                        "-c",
                        String.join(" ", swarm.words("export", SLOT)) + " | tar -t tmp/changed"))
                .output())
        .isEqualTo("tmp/changed\n");
  }

  @Test
  void it_is_handled_as_if_it_were_here() {
    swarm.docker("exec", "-d", SLOT, "touch", "/tmp/behind");
    Await.until(
        "what runs in the background has run",
        DemoSwarm.CONVERGES,
        () -> swarm.tryDocker("exec", SLOT, "test", "-e", "/tmp/behind").status(),
        status -> status == 0);
    swarm.docker("pause", SLOT);
    assertThat(swarm.docker("inspect", "--format", "{{.State.Status}}", SLOT)).isEqualTo("paused");
    swarm.docker("unpause", SLOT);
    assertThat(swarm.docker("inspect", "--format", "{{.State.Status}}", SLOT)).isEqualTo("running");
    swarm.docker("update", "--memory", "64m", "--memory-swap", "64m", task);
    assertThat(swarm.docker("inspect", "--format", "{{.HostConfig.Memory}}", SLOT))
        .isEqualTo("67108864");
  }

  @Test
  void a_terminal_there_learns_the_size_of_the_one_here() {
    String words = String.join(" ", swarm.words("exec", "-it", SLOT, "sh", "-c"));
    String size = "'until [ \"$(stty size)\" = \"33 99\" ]; do sleep 0.1; done; echo it fits'";
    assertThat(
            Command.succeed(
                    Map.of(),
                    List.of(
                        "script",
                        "-qec",
                        "stty rows 33 cols 99; " + words + " " + size,
                        "/dev/null"))
                .output())
        .contains("it fits");
  }

  /** A task that ends by somebody's hand is replaced, as one that ends by itself. */
  @Test
  void its_end_is_seen_here_and_it_is_replaced(@TempDir Path files) throws IOException {
    for (String end : List.of("kill", "stop", "restart")) {
      Path said = files.resolve(end + ".attached");
      Path code = files.resolve(end + ".code");
      Process attached = start(said, "attach", "--no-stdin", task);
      Process waiting = start(code, "wait", task);
      Await.until(
          "what it says is heard here",
          DemoSwarm.CONVERGES,
          () -> {
            swarm.docker("exec", task, "sh", "-c", "echo a bee >/proc/1/fd/1");
            return read(said);
          },
          text -> text.contains("a bee"));
      swarm.docker(end, task);
      assertThat(attached.onExit()).succeedsWithin(DemoSwarm.CONVERGES);
      assertThat(waiting.onExit()).succeedsWithin(DemoSwarm.CONVERGES);
      assertThat(read(code).strip()).as(end).isEqualTo(end.equals("kill") ? "137" : "0");
      String before = task;
      task =
          Await.until(
              "another task runs after docker " + end,
              DemoSwarm.CONVERGES,
              this::currentTask,
              now -> !now.isEmpty() && !now.equals(before));
    }
  }

  @Test
  void an_image_of_it_is_not_made_here() {
    Command.Result refused = swarm.tryDocker("commit", SLOT, "localhost/skep/of-far:1");
    assertThat(refused.status()).isNotZero();
    assertThat(refused.output())
        .contains("cannot commit far.1 here: task far.1.")
        .contains("runs on node " + SecondEngine.NODE);
  }

  @Test
  void what_a_node_has_is_given_to_its_tasks_once() {
    assertThat(
            swarm.docker(
                "node",
                "inspect",
                "--format",
                "{{json .Description.Resources.GenericResources}}",
                SecondEngine.NODE))
        .isEqualTo(
            "[{\"NamedResourceSpec\":{\"Kind\":\"gpu\",\"Value\":\"UUID1\"}},"
                + "{\"NamedResourceSpec\":{\"Kind\":\"gpu\",\"Value\":\"UUID2\"}},"
                + "{\"DiscreteResourceSpec\":{\"Kind\":\"ssd\",\"Value\":3}}]");
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "gpus",
        "--replicas",
        "3",
        "--generic-resource",
        "gpu=1",
        "--generic-resource",
        "ssd=1",
        "--entrypoint",
        "sleep",
        DemoSwarm.IMAGE,
        "1000");
    try {
      Await.until(
          "two run and one waits",
          DemoSwarm.CONVERGES,
          () ->
              swarm
                  .docker(
                      "service",
                      "ps",
                      "--no-trunc",
                      "--format",
                      "{{.CurrentState}} {{.Error}}",
                      "gpus")
                  .lines()
                  .map(line -> line.replaceFirst(" (about |less ).*? ago", "").strip())
                  .sorted()
                  .toList(),
          states ->
              states.size() == 3
                  && states.getFirst().startsWith("Pending")
                  && states.getFirst().contains("insufficient resources on 4 nodes")
                  && states.get(1).startsWith("Running")
                  && states.get(2).startsWith("Running"));
      List<String> given =
          swarm
              .docker("service", "ps", "-q", "--no-trunc", "gpus")
              .lines()
              .filter(id ->
                  swarm
                      .docker("inspect", "--type", "task", "--format", "{{.Status.State}}", id)
                      .equals("running"))
              .map(id -> swarm.docker("exec", id, "sh", "-c", "env | grep DOCKER_RESOURCE | sort"))
              .sorted()
              .toList();
      assertThat(given)
          .containsExactly(
              "DOCKER_RESOURCE_GPU=UUID1\nDOCKER_RESOURCE_SSD=1",
              "DOCKER_RESOURCE_GPU=UUID2\nDOCKER_RESOURCE_SSD=1");
    } finally {
      swarm.docker("service", "rm", "gpus");
    }
  }

  private String currentTask() {
    return swarm
        .docker(
            "service",
            "ps",
            "--no-trunc",
            "--filter",
            "desired-state=running",
            "--format",
            "{{.ID}} {{.CurrentState}}",
            "far")
        .lines()
        .filter(line -> line.contains(" Running"))
        .map(line -> line.split(" ")[0])
        .findFirst()
        .orElse("");
  }

  private Process start(Path output, String... words) throws IOException {
    return new ProcessBuilder(swarm.words(words))
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void what_no_task_is_called_is_this_hosts() {
    Command.Result none = swarm.tryDocker("exec", "far.7", "true");
    assertThat(none.status()).isNotZero();
    assertThat(none.output()).contains("No such container: far.7");
  }
}
