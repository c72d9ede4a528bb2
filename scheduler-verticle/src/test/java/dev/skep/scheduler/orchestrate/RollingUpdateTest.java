package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.state.TaskFreshness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RollingUpdateTest {
  private static UpdateConfig config(long parallelism, long delaySeconds, String action) {
    return new UpdateConfig(
        parallelism, delaySeconds * Samples.SECOND, action, 5 * Samples.SECOND, 0, "stop-first");
  }

  private static UpdateConfig startFirst() {
    return new UpdateConfig(1, 0L, "pause", 5 * Samples.SECOND, 0, "start-first");
  }

  static Harness running(long replicas, UpdateConfig config) {
    return Harness.withNodes(2)
        .create(Samples.service("web", Samples.spec("web", replicas).withUpdateConfig(config)))
        .settle()
        .after(Duration.ofMinutes(1));
  }

  static Harness image(Harness harness, String image) {
    return harness
        .spec(
            "web",
            spec ->
                spec.withTaskTemplate(
                    spec.taskTemplate().withContainerSpec(ContainerSpec.of(image))))
        .pass();
  }

  static String state(Harness harness) {
    UpdateStatus status = harness.service("web").updateStatus();
    return status == null ? "none" : status.state() + ": " + status.message();
  }

  static List<Task> fresh(Harness harness) {
    TaskFreshness freshness = TaskFreshness.of(harness.service("web"));
    return harness.wanted().stream()
        .filter(task -> freshness.upToDate(task, harness.state()))
        .toList();
  }

  /** The node does what it is told with the task of a slot. */
  static void bring(Harness harness, Task task, TaskState seen) {
    harness.report(harness.state().task(task.id()).orElseThrow(), seen);
  }

  static List<Task> stopping(Harness harness) {
    return harness.tasks().stream()
        .filter(t -> t.desiredState() == TaskState.SHUTDOWN && !t.state().ended())
        .toList();
  }

  @Test
  void replaces_one_by_one_and_completes_after_the_monitor() {
    Harness harness = image(running(3, config(1, 0, "pause")), "web:2");
    assertThat(state(harness)).isEqualTo("updating: update in progress");
    for (int i = 1; i <= 3; i++) {
      assertThat(stopping(harness)).hasSize(1);
      assertThat(fresh(harness)).hasSize(i);
      Task next = fresh(harness).getLast();
      assertThat(next.desiredState()).isEqualTo(TaskState.READY);
      bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
      assertThat(harness.state().task(next.id()).orElseThrow().desiredState())
          .isEqualTo(TaskState.RUNNING);
      bring(harness, next, TaskState.RUNNING);
    }
    assertThat(state(harness)).startsWith("updating");
    harness.after(Duration.ofSeconds(5)).pass();
    assertThat(state(harness)).isEqualTo("completed: update completed");
    UpdateStatus status = Objects.requireNonNull(harness.service("web").updateStatus());
    assertThat(status.completedAt()).isEqualTo(harness.now());
  }

  @Test
  void keeps_to_the_parallelism_and_zero_means_all() {
    Harness two = image(running(5, config(2, 0, "pause")), "web:2");
    assertThat(stopping(two)).hasSize(2);
    Harness all = image(running(5, config(0, 0, "pause")), "web:2");
    assertThat(stopping(all)).hasSize(5);
  }

  @Test
  void waits_the_delay_between_tasks() {
    Harness harness = image(running(2, config(1, 10, "pause")), "web:2");
    bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
    bring(harness, fresh(harness).getFirst(), TaskState.RUNNING);
    assertThat(stopping(harness)).isEmpty();
    assertThat(harness.wakes()).containsEntry("web", harness.now().plusSeconds(10));
    harness.after(Duration.ofSeconds(10)).pass();
    assertThat(stopping(harness)).hasSize(1);
  }

  @Test
  void start_first_stops_the_old_task_when_the_new_one_runs() {
    Harness harness = image(running(2, startFirst()), "web:2");
    assertThat(stopping(harness)).isEmpty();
    assertThat(harness.wanted()).hasSize(3);
    Task next = fresh(harness).getFirst();
    assertThat(next.desiredState()).isEqualTo(TaskState.RUNNING);
    bring(harness, next, TaskState.RUNNING);
    assertThat(stopping(harness)).extracting(Task::slot).containsExactly(next.slot());
    assertThat(fresh(harness)).hasSize(2);
  }

  @Test
  void pauses_when_a_new_task_fails() {
    Harness harness = image(running(3, config(1, 0, "pause")), "web:2");
    bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
    Task failing = fresh(harness).getFirst();
    bring(harness, failing, TaskState.FAILED);
    assertThat(state(harness))
        .isEqualTo(
            "paused: update paused due to failure or early termination of task " + failing.id());
    harness.settle().after(Duration.ofMinutes(10)).settle();
    assertThat(fresh(harness)).hasSize(1);
    assertThat(harness.wanted()).hasSize(3);
  }

  @Test
  void a_failure_after_the_monitor_is_the_restart_policys() {
    Harness harness = image(running(2, config(1, 0, "pause")), "web:2");
    bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
    Task first = fresh(harness).getFirst();
    bring(harness, first, TaskState.RUNNING);
    harness.after(Duration.ofSeconds(6));
    bring(harness, first, TaskState.FAILED);
    assertThat(state(harness)).startsWith("updating");
  }

  @Test
  void continues_in_spite_of_failures_when_told_to() {
    Harness harness = image(running(2, config(1, 0, "continue")), "missing:2");
    for (int i = 0; i < 40 && !state(harness).startsWith("completed"); i++) {
      stopping(harness).forEach(task -> bring(harness, task, TaskState.SHUTDOWN));
      for (Task task : fresh(harness)) {
        if (!task.state().ended()) {
          bring(harness, task, TaskState.REJECTED);
        }
      }
      harness.after(Duration.ofSeconds(1)).pass();
    }
    assertThat(state(harness)).startsWith("completed");
    assertThat(fresh(harness)).hasSize(2);
  }

  @Test
  void tolerates_the_share_of_failures_that_it_may() {
    UpdateConfig half = new UpdateConfig(1, 0L, "pause", 5 * Samples.SECOND, 0.5, "stop-first");
    Harness harness = image(running(4, half), "web:2");
    for (int failures = 1; failures <= 3; failures++) {
      assertThat(state(harness)).startsWith("updating");
      stopping(harness).forEach(task -> bring(harness, task, TaskState.SHUTDOWN));
      Task failing =
          fresh(harness).stream()
              .filter(t -> !t.state().ended() && t.restartCount() == 0)
              .findFirst()
              .orElseThrow();
      bring(harness, failing, TaskState.FAILED);
    }
    assertThat(state(harness)).startsWith("paused");
  }

  @Test
  void rolls_back_to_the_spec_before() {
    Harness harness = image(running(2, config(1, 0, "rollback")), "web:2");
    bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
    Task failing = fresh(harness).getFirst();
    bring(harness, failing, TaskState.FAILED);
    assertThat(state(harness))
        .isEqualTo(
            "rollback_started: update rolled back due to failure or early termination of task "
                + failing.id());
    assertThat(harness.service("web").spec().taskTemplate().containerSpec())
        .isEqualTo(ContainerSpec.of("web:1"));
    harness.settle().after(Duration.ofSeconds(5)).settle();
    assertThat(state(harness)).isEqualTo("rollback_completed: rollback completed");
    assertThat(fresh(harness)).hasSize(2);
  }

  @Test
  void a_rollback_that_fails_pauses() {
    Harness harness = image(running(2, config(2, 0, "rollback")), "web:2");
    for (Task task : stopping(harness)) {
      bring(harness, task, TaskState.SHUTDOWN);
    }
    bring(harness, fresh(harness).getFirst(), TaskState.FAILED);
    assertThat(state(harness)).startsWith("rollback_started");
    for (Task task : stopping(harness)) {
      bring(harness, task, TaskState.SHUTDOWN);
    }
    bring(harness, fresh(harness).getFirst(), TaskState.FAILED);
    assertThat(state(harness)).startsWith("rollback_paused: update paused due to failure");
  }

  @Test
  void a_new_update_overtakes_a_running_one() {
    Harness harness = image(running(3, config(1, 0, "pause")), "web:2");
    image(harness, "web:3");
    assertThat(state(harness)).startsWith("updating");
    harness.settle().after(Duration.ofSeconds(5)).settle();
    assertThat(state(harness)).startsWith("completed");
    assertThat(harness.wanted())
        .hasSize(3)
        .allMatch(t -> ContainerSpec.of("web:3").equals(t.spec().containerSpec()));
  }

  @Test
  void a_paused_update_goes_on_with_the_next_one() {
    Harness harness = image(running(2, config(1, 0, "pause")), "web:2");
    bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
    bring(harness, fresh(harness).getFirst(), TaskState.FAILED);
    assertThat(state(harness)).startsWith("paused");
    image(harness, "web:3").settle().after(Duration.ofSeconds(5)).settle();
    assertThat(state(harness)).startsWith("completed");
    assertThat(fresh(harness)).hasSize(2);
  }

  @Test
  void scaling_in_the_middle_keeps_the_pace() {
    Harness harness = image(running(3, config(1, 0, "pause")), "web:2");
    harness.spec("web", spec -> spec.withMode(ServiceSpec.Mode.replicated(6))).pass();
    assertThat(harness.wanted()).hasSize(6);
    assertThat(stopping(harness)).hasSize(1);
    harness.settle().after(Duration.ofSeconds(5)).settle();
    assertThat(fresh(harness)).hasSize(6);
    assertThat(state(harness)).startsWith("completed");
  }

  @Test
  void a_forced_update_replaces_everything_and_new_labels_nothing() {
    Harness harness = running(2, config(0, 0, "pause"));
    List<Task> before = harness.wanted();
    harness.spec("web", spec -> spec.withLabels(Map.of("a", "b"))).pass();
    assertThat(state(harness)).isEqualTo("none");
    assertThat(harness.wanted()).isEqualTo(before);
    harness
        .spec("web", spec -> spec.withTaskTemplate(spec.taskTemplate().withForceUpdate(1)))
        .pass();
    assertThat(stopping(harness)).hasSize(2);
  }

  @Test
  void a_placement_that_the_nodes_satisfy_replaces_nothing() {
    Harness harness = running(2, config(0, 0, "pause"));
    Placement workers = new Placement(List.of("node.role==worker"), List.of(), null, List.of());
    Placement first = new Placement(List.of("node.id==n1"), List.of(), null, List.of());
    harness.spec("web", spec -> spec.withTaskTemplate(placed(spec, workers))).pass();
    assertThat(state(harness)).isEqualTo("none");
    harness.spec("web", spec -> spec.withTaskTemplate(placed(spec, first))).settle();
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 2));
  }

  private static TaskSpec placed(ServiceSpec spec, Placement placement) {
    return spec.taskTemplate().withPlacement(placement);
  }

  @Test
  void tasks_that_ended_for_good_are_replaced_too() {
    ServiceSpec once =
        Samples.spec("web", 1)
            .withTaskTemplate(
                Samples.template("web:1")
                    .withRestartPolicy(new TaskSpec.RestartPolicy("none", 0L, null, null)));
    Harness harness = Harness.withNodes(1).create(Samples.service("web", once)).settle();
    bring(harness, harness.wanted().getFirst(), TaskState.COMPLETE);
    assertThat(harness.wanted()).isEmpty();
    image(harness, "web:2");
    assertThat(fresh(harness)).hasSize(1);
    assertThat(fresh(harness).getFirst().desiredState()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void start_first_keeps_one_task_that_serves_however_often_it_is_overtaken() {
    Harness harness = image(running(1, startFirst()), "web:2");
    Task serving = harness.wanted().getFirst();
    image(harness, "web:3");
    assertThat(harness.wanted()).hasSize(2).contains(serving);
    assertThat(stopping(harness))
        .extracting(t -> t.spec().containerSpec())
        .containsExactly(ContainerSpec.of("web:2"));
    harness.settle().after(Duration.ofSeconds(5)).settle();
    assertThat(state(harness)).startsWith("completed");
    assertThat(harness.wanted())
        .extracting(t -> t.spec().containerSpec())
        .containsExactly(ContainerSpec.of("web:3"));
  }

  @Test
  void a_slot_that_fails_again_and_again_counts_once() {
    UpdateConfig third = new UpdateConfig(1, 0L, "pause", 5 * Samples.SECOND, 0.34, "stop-first");
    Harness harness = image(running(3, third), "web:2");
    bring(harness, stopping(harness).getFirst(), TaskState.SHUTDOWN);
    int slot = fresh(harness).getFirst().slot();
    for (int failures = 0; failures < 3; failures++) {
      for (Task task : fresh(harness)) {
        if (task.slot() == slot && !task.state().ended()) {
          bring(harness, task, TaskState.FAILED);
        }
      }
      harness.after(Duration.ofSeconds(2)).pass();
    }
    assertThat(state(harness)).startsWith("updating");
  }

  @Test
  void failures_are_not_forgotten_with_the_tasks_that_the_cluster_keeps_no_history_of() {
    UpdateConfig half = new UpdateConfig(1, 0L, "pause", 5 * Samples.SECOND, 0.5, "start-first");
    Harness harness = running(3, half);
    Cluster cluster = harness.state().cluster().orElseThrow();
    harness.update(
        cluster.withSpec(cluster.spec().withOrchestration(new Cluster.Orchestration(1L))));
    image(harness, "web:2");
    for (int i = 0; i < 20 && !state(harness).startsWith("paused"); i++) {
      for (Task task : fresh(harness)) {
        if (!task.state().ended()) {
          bring(harness, task, TaskState.FAILED);
        }
      }
      harness.after(Duration.ofSeconds(2)).pass();
    }
    assertThat(state(harness)).startsWith("paused");
    assertThat(harness.wanted().stream().filter(t -> t.state() == TaskState.RUNNING)).hasSize(3);
  }

  @Test
  void a_manual_rollback_that_replaces_nothing_completes_at_once() {
    Harness harness = running(2, config(1, 0, "pause"));
    UpdateStatus asked =
        new UpdateStatus("rollback_started", harness.now(), null, "manually requested rollback");
    harness.update(harness.service("web").withUpdateStatus(asked)).pass();
    assertThat(state(harness)).isEqualTo("rollback_completed: rollback completed");
    assertThat(stopping(harness)).isEmpty();
  }

  @Test
  void a_manual_rollback_goes_by_the_rollback_config() {
    Harness harness = running(4, config(1, 0, "pause"));
    UpdateStatus asked =
        new UpdateStatus("rollback_started", harness.now(), null, "manually requested rollback");
    harness
        .update(
            harness
                .service("web")
                .with(s ->
                    s.updateStatus(asked)
                        .spec(
                            Samples.spec("web", 4)
                                .withTaskTemplate(Samples.template("web:0"))
                                .withRollbackConfig(config(3, 0, "pause")))))
        .pass();
    assertThat(stopping(harness)).hasSize(3);
    harness.settle().after(Duration.ofSeconds(5)).settle();
    assertThat(state(harness)).isEqualTo("rollback_completed: rollback completed");
  }
}
