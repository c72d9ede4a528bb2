package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Docker Engine that accepts and never answers (it was sent SIGSTOP), then goes on. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class SilentEngineTest {
  private static final String MOVES = "moves";
  private static final String STAYS = "stays";

  /** Of `docker info`: a ping and two questions, each with its deadline. */
  private static final Duration ANSWERS = Duration.ofSeconds(20);

  private final DemoSwarm swarm;

  SilentEngineTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void a_node_whose_engine_is_silent_says_so_loses_its_tasks_and_comes_back() {
    Instant begin = Instant.now();
    SecondEngine far = SecondEngine.join(swarm);
    try {
      swarm.docker("node", "update", "--label-add", "may=move", SecondEngine.NODE);
      swarm.docker("node", "update", "--label-add", "may=move", "node-3");
      create(MOVES, 2, "node.labels.may==move");
      create(STAYS, 1, "node.hostname==" + SecondEngine.NODE);
      swarm.awaitReplicas(MOVES, 2);
      swarm.awaitReplicas(STAYS, 1);
      assertThat(placesOf(MOVES)).containsExactlyInAnyOrder(SecondEngine.NODE, "node-3");

      far.freezeEngine();
      try {
        assertItSaysSo(far);
        awaitItsTasksElsewhere();
      } finally {
        far.thawEngine();
      }

      Await.until(
          "the node is Ready again",
          DemoSwarm.FAILS_OVER,
          () -> nodeIs("{{.Status.State}} {{.Status.Message}}"),
          state -> state.strip().equals("ready"));
      swarm.awaitReplicas(MOVES, 2);
      swarm.awaitReplicas(STAYS, 1);
      awaitContainers(far);
      assertEachWasStartedOnce(far, begin);
    } finally {
      swarm.tryDocker("service", "rm", MOVES, STAYS);
      swarm.tryDocker("node", "update", "--label-rm", "may", "node-3");
      far.close();
      swarm.tryDocker("node", "rm", "--force", SecondEngine.NODE);
    }
  }

  private void create(String name, int replicas, String constraint) {
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--no-healthcheck",
        "--name",
        name,
        "--replicas",
        Integer.toString(replicas),
        "--constraint",
        constraint,
        "--restart-delay",
        "0s",
        "--entrypoint",
        "sh",
        DemoSwarm.IMAGE,
        "-c",
        "trap 'exit 0' TERM; while true; do sleep 1 & wait $!; done");
  }

  private static void assertItSaysSo(SecondEngine far) {
    Instant asked = Instant.now();
    String warnings = far.docker("info", "--format", "{{json .Warnings}}").output();
    assertThat(Duration.between(asked, Instant.now())).isLessThan(ANSWERS);
    assertThat(warnings).contains("docker.sock", "answer");
    assertThat(far.docker("version").output()).contains("Skep");
  }

  private void awaitItsTasksElsewhere() {
    String message =
        Await.until(
            "the node is Down and says why",
            DemoSwarm.FAILS_OVER,
            () -> nodeIs("{{.Status.State}} {{.Status.Message}}"),
            state -> state.startsWith("down"));
    assertThat(message).contains("the engine does not answer for 30 s");
    assertThat(
            swarm.docker(
                "node", "ls", "--filter", "name=" + SecondEngine.NODE, "--format", "{{.Status}}"))
        .isEqualTo("Down");
    Await.until(
        "both tasks run on the other node",
        DemoSwarm.CONVERGES,
        () -> placesOf(MOVES),
        places -> places.equals(List.of("node-3", "node-3")));
    Await.until(
        "the one that may not move waits and says why",
        DemoSwarm.CONVERGES,
        () ->
            swarm.docker(
                "service", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", STAYS),
        tasks -> tasks.contains("Pending") && tasks.contains("no suitable node"));
  }

  private String nodeIs(String format) {
    return swarm.docker("node", "inspect", "--format", format, SecondEngine.NODE);
  }

  /** Where the tasks of a service that are wanted run. */
  private List<String> placesOf(String service) {
    return swarm.wantedTasks(service).stream()
        .filter(task -> task.getString("CurrentState").startsWith("Running"))
        .map(task -> task.getString("Node"))
        .sorted()
        .toList();
  }

  /** On both engines together: one running container for each task that is wanted, no other. */
  private void awaitContainers(SecondEngine far) {
    Await.until(
        "what runs is what is wanted",
        DemoSwarm.FAILS_OVER,
        () -> running(far) + " of " + wanted(),
        both -> running(far).equals(wanted()));
  }

  private Set<String> wanted() {
    return List.of(MOVES, STAYS).stream()
        .flatMap(service -> swarm.wantedTasks(service).stream())
        .map((JsonObject task) -> task.getString("Name") + "." + task.getString("ID"))
        .collect(Collectors.toSet());
  }

  private static Set<String> running(SecondEngine far) {
    List<String> names = new ArrayList<>(far.onEngine("ps", "--format", "{{.Names}}").lines());
    names.addAll(DemoSwarm.onEngine("ps", "--format", "{{.Names}}").lines());
    return names.stream().filter(SilentEngineTest::isOurs).collect(Collectors.toSet());
  }

  private static boolean isOurs(String name) {
    return name.startsWith(MOVES + ".") || name.startsWith(STAYS + ".");
  }

  /** Of this engine alone: in the other's few kept events the shop's health checks crowd. */
  private static void assertEachWasStartedOnce(SecondEngine far, Instant begin) {
    List<String> started =
        far
            .onEngine(
                "events",
                "--since",
                Long.toString(begin.getEpochSecond()),
                "--until",
                Long.toString(Instant.now().getEpochSecond()),
                "--filter",
                "event=start",
                "--format",
                "{{.Actor.Attributes.name}}")
            .lines()
            .stream()
            .filter(SilentEngineTest::isOurs)
            .toList();
    assertThat(started)
        .as("both of before and the one that came back, by their tasks' names")
        .hasSize(3)
        .doesNotHaveDuplicates();
  }
}
