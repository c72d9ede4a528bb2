package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicatedTest {
  private static Harness running(int nodes, ServiceSpec spec) {
    return Harness.withNodes(nodes).create(Samples.service("web", spec)).settle();
  }

  private static ServiceSpec withPolicy(
      long replicas, String condition, long delaySeconds, @Nullable Long attempts) {
    RestartPolicy policy =
        new RestartPolicy(condition, delaySeconds * Samples.SECOND, attempts, null);
    return Samples.spec("web", replicas)
        .withTaskTemplate(Samples.template("web:1").withRestartPolicy(policy));
  }

  private static Harness scale(Harness harness, long replicas) {
    return harness.spec("web", spec -> spec.withMode(ServiceSpec.Mode.replicated(replicas))).pass();
  }

  @Test
  void a_new_service_gets_its_tasks_assigned_in_one_commit() {
    Harness harness = Harness.withNodes(2);
    long before = harness.state().index();
    harness.create(Samples.service("web", Samples.spec("web", 3))).pass();
    assertThat(harness.state().index()).isEqualTo(before + 2);
    assertThat(harness.tasks()).extracting(Task::slot).containsExactly(1, 2, 3);
    assertThat(harness.tasks())
        .allMatch(t -> t.state() == TaskState.ASSIGNED && t.desiredState() == TaskState.RUNNING);
    assertThat(harness.service("web").updateStatus()).isNull();
  }

  @Test
  void tasks_log_as_their_spec_says_or_else_as_the_cluster_does() {
    Driver clusters = new Driver("json-file", Map.of("max-size", "1m"));
    Driver own = new Driver("none", Map.of());
    Harness harness = Harness.withNodes(1);
    Cluster cluster = harness.state().cluster().orElseThrow();
    harness.update(
        cluster.withSpec(cluster.spec().withTaskDefaults(new Cluster.TaskDefaults(clusters))));
    ServiceSpec spec = Samples.spec("web", 1);
    harness.create(Samples.service("web", spec)).pass();
    assertThat(harness.tasks()).extracting(Task::logDriver).containsExactly(clusters);
    harness
        .create(
            Samples.service(
                "db", spec.withName("db").withTaskTemplate(spec.taskTemplate().withLogDriver(own))))
        .pass();
    assertThat(harness.tasks()).extracting(Task::logDriver).contains(own);
  }

  @Test
  void scaling_up_fills_the_lowest_free_slots_and_is_no_update() {
    Harness harness = scale(running(2, Samples.spec("web", 2)), 4);
    assertThat(harness.wanted()).extracting(Task::slot).containsExactly(1, 2, 3, 4);
    assertThat(harness.service("web").updateStatus()).isNull();
  }

  @Test
  void a_slot_that_is_asked_for_again_starts_when_its_last_task_is_gone() {
    Harness harness = scale(running(1, Samples.spec("web", 2)), 1);
    Task leaving =
        harness.tasks().stream()
            .filter(t -> t.desiredState() == TaskState.REMOVE)
            .findFirst()
            .orElseThrow();
    scale(harness, 2);
    assertThat(harness.wanted().getLast().desiredState()).isEqualTo(TaskState.READY);
    harness.report(leaving, TaskState.SHUTDOWN);
    assertThat(harness.wanted().getLast().desiredState()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void scaling_down_removes_tasks_that_do_not_run_first() {
    Harness harness = running(1, Samples.spec("web", 2));
    scale(harness, 4);
    harness.report(harness.wanted().getLast(), TaskState.RUNNING);
    scale(harness, 3);
    assertThat(harness.wanted()).extracting(Task::slot).containsExactly(1, 2, 4);
  }

  @Test
  void scaling_down_leaves_the_nodes_balanced_and_keeps_low_slots() {
    Harness harness = running(3, Samples.spec("web", 6));
    scale(harness, 3).settle();
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 1, "n3", 1));
    assertThat(harness.wanted()).extracting(Task::slot).containsExactly(1, 2, 3);
  }

  @Test
  void removed_tasks_are_deleted_once_their_node_is_done_with_them() {
    Harness harness = running(1, Samples.spec("web", 2));
    scale(harness, 0);
    assertThat(harness.tasks())
        .hasSize(2)
        .allMatch(task -> task.desiredState() == TaskState.REMOVE);
    harness.settle();
    assertThat(harness.tasks()).isEmpty();
  }

  @Test
  void a_removed_services_tasks_go_too_also_from_lost_nodes() {
    Harness harness = running(2, Samples.spec("web", 2));
    harness.nodeState("n2", NodeStatus.DOWN);
    harness.delete(harness.service("web")).pass();
    assertThat(harness.tasks()).extracting(Task::nodeId).containsOnly("n1");
    harness.settle();
    assertThat(harness.tasks()).isEmpty();
  }

  // ------------------------------------------------------------------ restarts

  @Test
  void a_failed_task_is_replaced_in_its_slot_at_once_without_a_delay() {
    Harness harness = running(2, Samples.spec("web", 2));
    Task failed = harness.wanted().getFirst();
    harness.report(failed, TaskState.FAILED);
    assertThat(harness.state().task(failed.id()).orElseThrow().desiredState())
        .isEqualTo(TaskState.SHUTDOWN);
    Task next = harness.wanted().getFirst();
    assertThat(next.slot()).isEqualTo(failed.slot());
    assertThat(next.state()).isEqualTo(TaskState.ASSIGNED);
    assertThat(next.desiredState()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void a_replacement_is_prepared_at_once_and_started_after_the_delay() {
    Harness harness = running(1, withPolicy(1, "any", 5, null));
    harness.report(harness.wanted().getFirst(), TaskState.COMPLETE);
    Task next = harness.wanted().getFirst();
    assertThat(next.desiredState()).isEqualTo(TaskState.READY);
    assertThat(next.state()).isEqualTo(TaskState.ASSIGNED);
    assertThat(harness.wakes()).containsEntry("web", harness.now().plusSeconds(5));
    harness.after(Duration.ofSeconds(4)).pass();
    assertThat(harness.wanted().getFirst().desiredState()).isEqualTo(TaskState.READY);
    harness.after(Duration.ofSeconds(1)).pass();
    assertThat(harness.wanted().getFirst().desiredState()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void a_rejected_replacement_is_tried_again_after_its_own_delay_only() {
    Harness harness = running(1, withPolicy(1, "any", 5, null));
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    Task second = harness.wanted().getFirst();
    harness.report(second, TaskState.REJECTED);
    assertThat(harness.wanted()).extracting(Task::id).containsExactly(second.id());
    harness.after(Duration.ofSeconds(5)).pass();
    Task third = harness.wanted().getFirst();
    assertThat(third.id()).isNotEqualTo(second.id());
    assertThat(third.notBefore()).isEqualTo(harness.now().plusSeconds(5));
  }

  /** How long each replacement waits when every task of a slot ends so, in seconds. */
  private static List<Long> waits(Harness harness, TaskState ending, int times) {
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      harness.report(harness.wanted().getFirst(), ending);
      Task next = harness.wanted().getFirst();
      Instant until = next.notBefore() == null ? harness.now() : next.notBefore();
      waits.add(Duration.between(harness.now(), until).toSeconds());
      harness.after(Duration.between(harness.now(), until)).pass();
      harness.report(harness.wanted().getFirst(), TaskState.RUNNING);
    }
    return waits;
  }

  @Test
  void a_crash_loop_is_slowed_down_from_the_sixth_failure_on() {
    assertThat(waits(running(1, withPolicy(1, "any", 5, null)), TaskState.FAILED, 11))
        .containsExactly(5L, 5L, 5L, 5L, 5L, 5L, 10L, 20L, 40L, 60L, 60L);
    assertThat(waits(running(1, withPolicy(1, "any", 0, null)), TaskState.FAILED, 9))
        .containsExactly(0L, 0L, 0L, 0L, 0L, 1L, 2L, 4L, 8L);
    assertThat(waits(running(1, withPolicy(1, "any", 90, null)), TaskState.FAILED, 8))
        .containsOnly(90L);
  }

  @Test
  void what_completes_again_and_again_keeps_its_delay_and_does_not_spin() {
    assertThat(waits(running(1, withPolicy(1, "any", 15, null)), TaskState.COMPLETE, 9))
        .containsOnly(15L);
    assertThat(waits(running(1, withPolicy(1, "any", 0, null)), TaskState.COMPLETE, 8))
        .containsExactly(0L, 0L, 0L, 0L, 0L, 1L, 1L, 1L);
  }

  @Test
  void a_task_that_ran_for_a_while_ends_the_back_off_and_so_does_a_new_spec() {
    Harness harness = running(1, withPolicy(1, "any", 5, null));
    waits(harness, TaskState.FAILED, 8);
    harness.after(RestartRule.STEADY_AFTER);
    assertThat(waits(harness, TaskState.FAILED, 1)).containsExactly(5L);
    waits(harness, TaskState.FAILED, 8);
    harness.spec("web", spec -> spec.withTaskTemplate(Samples.template("web:2"))).settle();
    assertThat(harness.wanted().getFirst().quickEndings()).isZero();
  }

  @Test
  void a_task_that_waits_for_the_back_off_says_so() {
    Harness harness = running(1, withPolicy(1, "any", 5, null));
    waits(harness, TaskState.FAILED, 6);
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    harness.report(harness.wanted().getFirst(), TaskState.READY);
    assertThat(harness.wanted().getFirst().status().err())
        .isEqualTo("restart slowed down to 10s: ended 7 times in a row within 10s");
  }

  @Test
  void completing_is_an_end_for_services_that_restart_on_failure() {
    Harness harness = running(1, withPolicy(1, "on-failure", 0, null));
    harness.report(harness.wanted().getFirst(), TaskState.COMPLETE);
    harness.after(Duration.ofHours(1)).pass();
    assertThat(harness.wanted()).isEmpty();
    assertThat(harness.tasks()).extracting(Task::state).containsExactly(TaskState.COMPLETE);
  }

  @Test
  void nothing_is_restarted_more_often_than_allowed() {
    Harness harness = running(1, withPolicy(1, "any", 0, 2L));
    for (int i = 0; i < 3; i++) {
      harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    }
    assertThat(harness.wanted()).isEmpty();
    assertThat(harness.tasks()).hasSize(3);
    harness.after(Duration.ofDays(1)).pass();
    assertThat(harness.wanted()).isEmpty();
  }

  @Test
  void restarts_before_the_window_do_not_count() {
    RestartPolicy policy = new RestartPolicy("any", 0L, 1L, 60 * Samples.SECOND);
    Harness harness =
        running(
            1,
            Samples.spec("web", 1)
                .withTaskTemplate(Samples.template("web:1").withRestartPolicy(policy)));
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    harness.after(Duration.ofSeconds(61));
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    assertThat(harness.wanted()).hasSize(1);
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    assertThat(harness.wanted()).isEmpty();
  }

  @Test
  void a_crash_loop_ends_although_the_back_off_makes_it_slower_than_its_window() {
    RestartPolicy policy = new RestartPolicy("any", 0L, 12L, 20 * Samples.SECOND);
    Harness harness =
        running(
            1,
            Samples.spec("web", 1)
                .withTaskTemplate(Samples.template("web:1").withRestartPolicy(policy)));
    assertThat(waits(harness, TaskState.FAILED, 12)).endsWith(16L, 32L, 60L);
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    assertThat(harness.wanted()).isEmpty();
    harness.after(Duration.ofDays(1)).pass();
    assertThat(harness.wanted()).as("it has ended for good").isEmpty();
  }

  @Test
  void what_the_policy_itself_waits_does_leave_the_window() {
    RestartPolicy policy = new RestartPolicy("any", 5 * Samples.SECOND, 12L, 20 * Samples.SECOND);
    Harness harness =
        running(
            1,
            Samples.spec("web", 1)
                .withTaskTemplate(Samples.template("web:1").withRestartPolicy(policy)));
    waits(harness, TaskState.FAILED, 30);
    assertThat(harness.wanted()).hasSize(1);
  }

  @Test
  void keeps_no_more_history_than_the_cluster_wants() {
    Harness harness = running(1, Samples.spec("web", 1));
    for (int i = 0; i < 10; i++) {
      harness.after(Duration.ofSeconds(10));
      harness.report(harness.wanted().getFirst(), TaskState.RUNNING);
      harness.after(Duration.ofSeconds(10));
      harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    }
    assertThat(harness.tasks()).hasSize(5);
  }

  @Test
  void keeps_all_history_where_the_cluster_has_no_limit() {
    Harness harness = running(1, Samples.spec("web", 1));
    Cluster cluster = harness.state().cluster().orElseThrow();
    harness
        .update(cluster.withSpec(cluster.spec().withOrchestration(new Cluster.Orchestration(-1L))))
        .pass();
    for (int i = 0; i < 10; i++) {
      harness.after(Duration.ofSeconds(10));
      harness.report(harness.wanted().getFirst(), TaskState.RUNNING);
      harness.after(Duration.ofSeconds(10));
      harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    }
    assertThat(harness.tasks()).hasSize(11);
  }

  // ------------------------------------------------------------------ nodes

  @Test
  void tasks_of_a_lost_node_run_elsewhere_at_once() {
    Harness harness = running(2, withPolicy(2, "any", 5, null));
    harness.nodeState("n1", NodeStatus.DOWN).pass();
    assertThat(harness.spread()).isEqualTo(Map.of("n2", 2));
    assertThat(harness.wanted()).allMatch(t -> t.desiredState() == TaskState.RUNNING);
    Task old = onNode(harness, "n1");
    assertThat(old.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(old.state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void a_node_that_comes_back_is_told_to_stop_what_was_replaced() {
    Harness harness = running(2, Samples.spec("web", 2));
    harness.nodeState("n1", NodeStatus.DOWN).pass().nodeState("n1", NodeStatus.READY).pass();
    assertThat(onNode(harness, "n1").desiredState()).isEqualTo(TaskState.SHUTDOWN);
    harness.settle();
    assertThat(harness.wanted()).hasSize(2).allMatch(t -> t.state() == TaskState.RUNNING);
  }

  @Test
  void tasks_of_a_node_that_stays_down_for_a_day_or_is_removed_are_given_up() {
    Harness harness = running(2, Samples.spec("web", 2));
    harness.nodeState("n1", NodeStatus.DOWN).pass();
    assertThat(harness.wakes()).containsEntry("web", harness.now().plus(Duration.ofHours(24)));
    harness.after(Duration.ofHours(24)).pass();
    assertThat(onNode(harness, "n1").state()).isEqualTo(TaskState.ORPHANED);

    Harness other = running(2, Samples.spec("web", 2));
    other.delete(other.state().node("n1").orElseThrow()).pass();
    assertThat(onNode(other, "n1").state()).isEqualTo(TaskState.ORPHANED);
    assertThat(other.spread()).isEqualTo(Map.of("n2", 2));
  }

  @Test
  void a_drained_node_gives_its_tasks_away_and_the_new_ones_wait_for_the_old() {
    Harness harness = running(2, Samples.spec("web", 2));
    harness.availability("n1", NodeSpec.DRAIN).pass();
    assertThat(harness.spread()).isEqualTo(Map.of("n2", 2));
    Task moved =
        harness.wanted().stream()
            .filter(t -> t.state() == TaskState.ASSIGNED)
            .findAny()
            .orElseThrow();
    assertThat(moved.desiredState()).isEqualTo(TaskState.READY);
    harness.report(onNode(harness, "n1"), TaskState.SHUTDOWN);
    assertThat(harness.state().task(moved.id()).orElseThrow().desiredState())
        .isEqualTo(TaskState.RUNNING);
  }

  @Test
  void an_engine_that_cannot_stop_a_container_does_not_hold_its_replacement_up_for_ever() {
    Harness harness = running(2, Samples.spec("web", 1));
    String node = harness.wanted().getFirst().nodeId();
    harness.availability(node, NodeSpec.DRAIN).pass();
    harness.after(Duration.ofSeconds(69)).pass();
    assertThat(harness.wanted().getFirst().desiredState()).isEqualTo(TaskState.READY);
    harness.after(Duration.ofSeconds(1)).pass();
    assertThat(harness.wanted().getFirst().desiredState()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void a_paused_node_keeps_its_tasks_and_gets_no_new_ones() {
    Harness harness = running(2, Samples.spec("web", 2));
    harness.availability("n1", NodeSpec.PAUSE).pass();
    scale(harness, 4);
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 1, "n2", 3));
  }

  @Test
  void tasks_leave_a_node_that_no_longer_satisfies_their_constraints() {
    Placement ssd = new Placement(List.of("node.labels.disk==ssd"), List.of(), null, List.of());
    Harness harness = Harness.withNodes(2);
    for (String node : List.of("n1", "n2")) {
      harness.node(node, n -> n.withSpec(n.spec().withLabels(Map.of("disk", "ssd"))));
    }
    harness
        .create(
            Samples.service(
                "web",
                Samples.spec("web", 2)
                    .withTaskTemplate(Samples.template("web:1").withPlacement(ssd))))
        .settle();
    harness.node("n1", n -> n.withSpec(n.spec().withLabels(Map.of()))).settle();
    assertThat(harness.spread()).isEqualTo(Map.of("n2", 2));
    assertThat(harness.service("web").updateStatus()).isNull();
  }

  private static Task onNode(Harness harness, String node) {
    return harness.tasks().stream().filter(t -> t.nodeId().equals(node)).findFirst().orElseThrow();
  }
}
