package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Containers, images and nodes that fail. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class FailureTest {
  private static final String WEB = "shop_web";
  private static final int WEBS = 6;

  private final DemoSwarm swarm;

  FailureTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @AfterEach
  void the_shop_is_whole_again() {
    swarm.demoSucceeds();
    swarm.awaitReplicas(WEB, WEBS);
  }

  @Test
  void a_killed_container_is_replaced_in_its_slot() {
    swarm.awaitReplicas(WEB, WEBS);
    String victim = swarm.containers(WEB).getFirst();
    String slot = slotOf(victim);
    DemoSwarm.onEngine("kill", victim);
    Await.until(
        slot + " runs in a new container",
        DemoSwarm.CONVERGES,
        () -> swarm.containers(WEB),
        names ->
            names.size() == WEBS
                && !names.contains(victim)
                && names.stream().anyMatch(name -> slotOf(name).equals(slot)));
    String history =
        swarm.docker(
            "service",
            "ps",
            "--no-trunc",
            "--format",
            "{{.Name}} {{.CurrentState}} {{.Error}}",
            WEB);
    assertThat(history).contains("Failed").contains("non-zero exit (137)");
  }

  @Test
  void a_missing_image_is_rejected_in_the_engine_s_words_and_retried_at_the_policy_s_pace() {
    Duration delay = Duration.ofSeconds(2);
    String missing = "localhost/skep/missing:1";
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "missing",
        "--restart-delay",
        delay.toSeconds() + "s",
        missing);
    try {
      awaitRejected(1);
      Instant first = Instant.now();
      // The first replacement is prepared while it waits, and refused at once; each further one
      // comes
      // a delay after the one before. Looking every tenth of a second may have seen the first late.
      List<JsonObject> rejected = awaitRejected(4);
      assertThat(Duration.between(first, Instant.now()))
          .isGreaterThan(delay.multipliedBy(2).minusMillis(700));
      assertThat(rejected)
          .allSatisfy(task -> assertThat(task.getString("Error")).contains(missing));
      assertThat(swarm.replicas("missing")).isEqualTo("0/1");
    } finally {
      swarm.docker("service", "rm", "missing");
    }
  }

  private List<JsonObject> awaitRejected(int count) {
    return Await.until(
        count + " tasks of the service are rejected",
        DemoSwarm.CONVERGES,
        () ->
            swarm
                .docker("service", "ps", "--no-trunc", "--format", "{{json .}}", "missing")
                .lines()
                .map(JsonObject::new)
                .filter(task -> task.getString("CurrentState").startsWith("Rejected"))
                .toList(),
        tasks -> tasks.size() >= count);
  }

  @Test
  void what_fits_nowhere_says_why() {
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "nowhere",
        "--constraint",
        "node.hostname==node-9",
        DemoSwarm.IMAGE,
        "web");
    try {
      Await.until(
          "the pending task names the reason",
          DemoSwarm.CONVERGES,
          () ->
              swarm.docker(
                  "service",
                  "ps",
                  "--no-trunc",
                  "--format",
                  "{{.CurrentState}} {{.Error}}",
                  "nowhere"),
          text ->
              text.startsWith("Pending")
                  && text.contains(
                      "no suitable node (scheduling constraints not satisfied on 3 nodes)"));
    } finally {
      swarm.docker("service", "rm", "nowhere");
    }
  }

  @Test
  void tasks_of_a_dead_daemon_s_node_move_and_its_return_leaves_no_duplicates() {
    swarm.awaitReplicas(WEB, WEBS);
    swarm.kill(3);
    Await.until(
        "node-3 is seen down",
        DemoSwarm.FAILS_OVER,
        () -> swarm.docker("node", "ls", "--filter", "name=node-3", "--format", "{{.Status}}"),
        "Down"::equals);
    Await.until(
        "six tasks run on the other nodes",
        DemoSwarm.FAILS_OVER,
        () -> runningOn("node-1", "node-2"),
        count -> count == WEBS);
    // The killed daemon's containers still run; that a dead node's tasks have successors, only its
    // return ends them.
    swarm.demoSucceeds();
    Await.until(
        "node-3 is back",
        DemoSwarm.FAILS_OVER,
        () -> swarm.docker("node", "ls", "--filter", "name=node-3", "--format", "{{.Status}}"),
        "Ready"::equals);
    assertOneContainerPerSlot();
  }

  @Test
  void a_worker_s_restart_leaves_healthy_containers_alone() {
    swarm.awaitReplicas(WEB, WEBS);
    Set<String> before = Set.copyOf(swarm.containers(WEB));
    swarm.kill(2);
    swarm.demoSucceeds();
    // It knows its tasks again: logs and state come through it.
    Await.until(
        "node-2 answers for its tasks",
        DemoSwarm.FAILS_OVER,
        () ->
            swarm.docker(
                "node",
                "ps",
                "node-2",
                "--filter",
                "desired-state=running",
                "--format",
                "{{.CurrentState}}"),
        states ->
            !states.isEmpty() && states.lines().allMatch(state -> state.startsWith("Running")));
    swarm.awaitReplicas(WEB, WEBS);
    assertThat(Set.copyOf(swarm.containers(WEB))).isEqualTo(before);
  }

  @Test
  void a_drained_node_empties_and_takes_tasks_again_when_active() {
    swarm.awaitReplicas(WEB, WEBS);
    swarm.docker("node", "update", "--availability", "drain", "node-2");
    try {
      Await.until(
          "node-2 runs nothing and all run elsewhere",
          DemoSwarm.FAILS_OVER,
          () -> runningOn("node-1", "node-3") + " elsewhere, here " + containersOfNode(2),
          text -> text.equals(WEBS + " elsewhere, here []"));
    } finally {
      swarm.docker("node", "update", "--availability", "active", "node-2");
    }
    swarm.docker("service", "scale", "-d", WEB + "=8");
    Await.until(
        "node-2 takes new tasks",
        DemoSwarm.CONVERGES,
        () -> runningOn("node-2"),
        count -> count >= 2);
    swarm.docker("service", "scale", "-d", WEB + "=" + WEBS);
  }

  private long runningOn(String... nodes) {
    return swarm.wantedTasks(WEB).stream()
        .filter(task -> List.of(nodes).contains(task.getString("Node")))
        .filter(task -> task.getString("CurrentState").startsWith("Running"))
        .count();
  }

  private List<String> containersOfNode(int node) {
    return DemoSwarm.onEngine(
            "ps", "-q", "--filter", "label=com.docker.swarm.node.id=" + swarm.nodeId(node))
        .lines();
  }

  private void assertOneContainerPerSlot() {
    Await.until(
        "one container for each slot of the shop's web",
        DemoSwarm.FAILS_OVER,
        () -> swarm.containers(WEB),
        names ->
            names.size() == WEBS
                && names.stream().map(FailureTest::slotOf).collect(Collectors.toSet()).size()
                    == WEBS);
  }

  /** shop_web.3 of shop_web.3.k2j.... */
  private static String slotOf(String container) {
    return container.substring(0, container.lastIndexOf('.'));
  }
}
