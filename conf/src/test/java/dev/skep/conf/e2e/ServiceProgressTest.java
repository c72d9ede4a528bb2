package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the docker command shows while it waits for a service: its progress has to end when the
 * service is as asked for, not before and not never, with the outcome as its status.
 */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class ServiceProgressTest {
  private static final String NAME = "progress";
  private static final String CONVERGED = "converged";

  private final DemoSwarm swarm;

  ServiceProgressTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @AfterEach
  void the_service_is_removed() {
    swarm.tryDocker("service", "rm", NAME);
    Await.until(
        "the containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersNamed(NAME + "."),
        List::isEmpty);
  }

  private Command.Result create(String... words) {
    var all = new ArrayList<>(List.of("service", "create", "--no-resolve-image", "--name", NAME));
    all.addAll(List.of(words));
    return swarm.tryDocker(all.toArray(String[]::new));
  }

  private static void assertConverged(Command.Result result) {
    assertThat(result.status()).as(result.output()).isZero();
    assertThat(result.output()).contains("verify:").contains(CONVERGED);
  }

  private Command.Result serve(String... words) {
    var all =
        new ArrayList<>(
            List.of("--replicas", "2", "--update-monitor", "500ms", "--rollback-monitor", "500ms"));
    all.addAll(List.of("--stop-grace-period", "1s", "--no-healthcheck", "--restart-delay", "1s"));
    all.addAll(List.of(words));
    all.addAll(List.of(DemoSwarm.IMAGE, "web"));
    return create(all.toArray(String[]::new));
  }

  private long running() {
    return swarm.containers(NAME).size();
  }

  @Test
  void creating_scaling_updating_and_rolling_back_end_when_the_service_is_as_asked_for() {
    assertConverged(serve());
    assertThat(running()).isEqualTo(2);

    assertConverged(swarm.tryDocker("service", "scale", NAME + "=3"));
    assertThat(running()).isEqualTo(3);
    assertThat(updateState()).as("scaling is no update").isEmpty();

    List<String> before = swarm.containers(NAME);
    assertConverged(swarm.tryDocker("service", "update", "--env-add", "ROUND=2", NAME));
    assertThat(swarm.containers(NAME)).hasSize(3).doesNotContainAnyElementsOf(before);

    List<String> updated = swarm.containers(NAME);
    assertConverged(swarm.tryDocker("service", "update", "--label-add", "a=b", NAME));
    assertThat(swarm.containers(NAME)).containsExactlyInAnyOrderElementsOf(updated);
    assertThat(updateState()).as("labels are no update").isEmpty();

    assertConverged(swarm.tryDocker("service", "update", "--force", NAME));
    assertThat(swarm.containers(NAME)).doesNotContainAnyElementsOf(updated);
    awaitUpdateState("completed update completed");

    Command.Result back = swarm.tryDocker("service", "rollback", NAME);
    assertThat(back.status()).as(back.output()).isZero();
    assertThat(back.output()).contains("rollback: manually requested rollback");
    awaitUpdateState("rollback_completed rollback completed");
  }

  /** The command and the leader each watch new tasks by their own clock. */
  private void awaitUpdateState(String state) {
    Await.until("the update ended", DemoSwarm.CONVERGES, this::updateState, state::equals);
  }

  private String updateState() {
    String format = "{{with .UpdateStatus}}{{.State}} {{.Message}}{{end}}";
    return swarm.docker("service", "inspect", "--format", format, NAME);
  }

  @Test
  void an_update_that_fails_pauses_and_its_command_fails() {
    assertConverged(serve());
    Command.Result paused = swarm.tryDocker("service", "update", "--args", "nonsense", NAME);
    assertThat(paused.status()).as(paused.output()).isEqualTo(1);
    assertThat(paused.output())
        .contains(
            "service update paused: update paused due to failure or early termination of task");
    // A new task that runs for a moment lets the update go on, so both slots may be hit by then.
    assertThat(updateState()).startsWith("paused ");
  }

  @Test
  void an_update_that_fails_rolls_back_when_told_to() {
    assertConverged(serve("--update-failure-action", "rollback", "--update-order", "start-first"));
    Command.Result back = swarm.tryDocker("service", "update", "--args", "nonsense", NAME);
    // The command looks now and then, and may look when the rollback is over already.
    assertThat(back.output())
        .containsAnyOf(
            "rollback: update rolled back due to failure or early termination of task",
            "rollback: rollback completed");
    awaitUpdateState("rollback_completed rollback completed");
    assertThat(swarm.docker("service", "inspect", "--format", "{{json .Spec}}", NAME))
        .contains("\"web\"")
        .doesNotContain("nonsense");
  }

  @Test
  void a_global_service_shows_every_node_and_ends_when_all_are_as_asked_for() {
    Command.Result created =
        create(
            "--mode",
            "global",
            "--update-monitor",
            "500ms",
            "--rollback-monitor",
            "500ms",
            "--stop-grace-period",
            "1s",
            "--no-healthcheck",
            DemoSwarm.IMAGE,
            "web");
    assertConverged(created);
    assertThat(created.output()).contains("overall progress: 3 out of 3 tasks");
    List<String> before = swarm.containers(NAME);
    assertThat(before).hasSize(DemoSwarm.NODES);

    Command.Result updated = swarm.tryDocker("service", "update", "--env-add", "ROUND=2", NAME);
    assertConverged(updated);
    assertThat(updated.output()).contains("overall progress: 3 out of 3 tasks");
    assertThat(swarm.containers(NAME)).hasSize(DemoSwarm.NODES).doesNotContainAnyElementsOf(before);
    awaitUpdateState("completed update completed");

    Command.Result scaled = swarm.tryDocker("service", "scale", NAME + "=2");
    assertThat(scaled.status()).isEqualTo(1);
    assertThat(scaled.output())
        .contains("scale can only be used with replicated or replicated-job mode");

    Command.Result back = swarm.tryDocker("service", "rollback", NAME);
    assertThat(back.status()).as(back.output()).isZero();
    assertThat(back.output()).contains("rollback: manually requested rollback");
    awaitUpdateState("rollback_completed rollback completed");
  }

  @Test
  void a_job_s_progress_ends_with_its_last_completion() {
    Command.Result created =
        create(
            "--mode",
            "replicated-job",
            "--replicas",
            "4",
            "--max-concurrent",
            "2",
            "--no-healthcheck",
            "--entrypoint",
            "/bin/true",
            DemoSwarm.IMAGE);
    assertThat(created.status()).as(created.output()).isZero();
    assertThat(created.output()).contains("job complete");
    assertThat(
            swarm.docker(
                "service", "ls", "--filter", "name=" + NAME, "--format", "{{.Mode}} {{.Replicas}}"))
        .isEqualTo("replicated job 0/2 (4/4 completed)");

    Command.Result again = swarm.tryDocker("service", "update", "--force", NAME);
    assertThat(again.output()).contains("job complete");
    assertThat(
            swarm.docker(
                "service", "inspect", "--format", "{{.JobStatus.JobIteration.Index}}", NAME))
        .isEqualTo("1");
    Await.until(
        "both iterations' tasks are there",
        DemoSwarm.CONVERGES,
        () ->
            swarm
                .docker("service", "ps", "--format", "{{.CurrentState}}", NAME)
                .lines()
                .filter(state -> state.startsWith("Complete"))
                .toList(),
        states -> states.size() == 8);
  }

  @Test
  void a_global_job_completes_once_on_every_node() {
    Command.Result created =
        create(
            "--mode",
            "global-job",
            "--no-healthcheck",
            "--entrypoint",
            "/bin/true",
            DemoSwarm.IMAGE);
    assertThat(created.output()).contains("job complete");
    assertThat(
            swarm.docker("service", "ps", "--format", "{{.Node}} {{.CurrentState}}", NAME).lines())
        .hasSize(DemoSwarm.NODES)
        .allMatch(task -> task.contains("Complete"));
  }

  @Test
  void a_job_that_fails_and_is_not_to_be_restarted_ends_its_command_with_the_reason() {
    Command.Result failed =
        create(
            "--mode",
            "replicated-job",
            "--restart-condition",
            "none",
            "--no-healthcheck",
            "--entrypoint",
            "/bin/false",
            DemoSwarm.IMAGE);
    assertThat(failed.status()).as(failed.output()).isEqualTo(1);
    assertThat(failed.output()).contains("non-zero exit (1)").doesNotContain("job complete");
    assertThat(swarm.docker("service", "ps", "--format", "{{.CurrentState}}", NAME))
        .startsWith("Failed");
  }

  @Test
  void the_host_s_bridge_is_joined_beside_another_network_and_the_host_s_own_is_not() {
    swarm.docker("network", "create", "--driver", "overlay", "progress-net");
    try {
      Command.Result refused =
          create("--network", "host", "--network", "progress-net", DemoSwarm.IMAGE, "web");
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.output())
          .contains(
              "container cannot be disconnected from host network or connected to host network");
      assertThat(swarm.replicas(NAME)).as("nothing was created").isEmpty();

      assertConverged(
          create(
              "--network",
              "bridge",
              "--network",
              "progress-net",
              "--update-monitor",
              "500ms",
              "--no-healthcheck",
              DemoSwarm.IMAGE,
              "web"));
      String networks =
          DemoSwarm.onEngine(
                  "inspect",
                  "--format",
                  "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}",
                  swarm.containers(NAME).getFirst())
              .output();
      assertThat(networks.strip().split(" ")).hasSize(2).contains("bridge");
    } finally {
      swarm.tryDocker("service", "rm", NAME);
      Await.until(
          "the network is free",
          DemoSwarm.CONVERGES,
          () -> swarm.tryDocker("network", "rm", "progress-net").status(),
          status -> status == 0);
    }
  }
}
