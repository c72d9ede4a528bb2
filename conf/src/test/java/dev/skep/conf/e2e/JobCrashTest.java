package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The leader's daemon dies in the middle of a job; every slot's work is done, and done once. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class JobCrashTest {
  private static final String NAME = "crashjob";
  private static final int COMPLETIONS = 8;
  private static final int CONCURRENT = 3;

  private final DemoSwarm swarm;

  JobCrashTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @AfterEach
  void the_job_is_removed() {
    swarm.tryDocker("service", "rm", NAME);
    Await.until(
        "the containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersNamed(NAME + "."),
        List::isEmpty);
  }

  @Test
  void each_slot_completes_exactly_once_over_crashes_of_the_leader(@TempDir Path done) {
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        NAME,
        "--mode",
        "replicated-job",
        "--replicas",
        Integer.toString(COMPLETIONS),
        "--max-concurrent",
        Integer.toString(CONCURRENT),
        "--mount",
        "type=bind,source=" + done + ",target=/done",
        "--env",
        "WORK={{.Task.Slot}}.{{.Task.ID}}",
        "--entrypoint",
        "sh",
        DemoSwarm.IMAGE,
        "-c",
        "sleep 1; touch /done/$WORK");
    // Once while the first are at work, once when some have done theirs.
    for (int atLeast : List.of(0, COMPLETIONS / 2)) {
      Await.until(
          "some of the work is done, and some is under way",
          DemoSwarm.CONVERGES,
          () -> work(done).size() >= atLeast && !swarm.containers(NAME).isEmpty(),
          yes -> yes);
      swarm.kill(1);
      swarm.demoSucceeds();
    }
    Await.until(
        "the job is complete",
        DemoSwarm.FAILS_OVER,
        () ->
            swarm.docker(
                "service", "ls", "--filter", "name=" + NAME, "--format", "{{.Mode}} {{.Replicas}}"),
        "replicated job 0/%d (%d/%d completed)".formatted(CONCURRENT, COMPLETIONS, COMPLETIONS)
            ::equals);
    List<String> work = work(done);
    assertThat(work).hasSize(COMPLETIONS).doesNotHaveDuplicates();
    assertThat(
            swarm
                .docker(
                    "service", "ps", "--no-trunc", "--format", "{{.Name}} {{.CurrentState}}", NAME)
                .lines()
                .map(task -> task.replaceFirst("(Complete).*", "$1")))
        .containsExactlyInAnyOrderElementsOf(
            work.stream().map(slot -> NAME + "." + slot + " Complete").toList());
    assertThat(
            swarm.docker(
                "service", "inspect", "--format", "{{.JobStatus.JobIteration.Index}}", NAME))
        .isEqualTo("0");
  }

  /** The slots whose work was done, as often as it was. The first is called by its node's id. */
  private static List<String> work(Path done) {
    try (Stream<Path> files = Files.list(done)) {
      return files.map(file -> file.getFileName().toString().split("\\.")[0]).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
