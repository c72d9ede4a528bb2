package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.spec.TaskSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobsTest {
  private static final ServiceSpec JOB =
      Samples.spec("job", 0)
          .withMode(new ServiceSpec.Mode(null, null, new ReplicatedJob(2L, 5L), null));

  private static Harness started(int nodes, ServiceSpec spec) {
    return Harness.withNodes(nodes).create(Samples.service("job", spec)).pass();
  }

  @Test
  void runs_so_many_at_once_until_so_many_completed_in_slots_from_zero() {
    Harness harness = started(1, JOB);
    assertThat(harness.tasks()).extracting(Task::slot).containsExactly(0, 1);
    assertThat(harness.tasks()).allMatch(t -> t.desiredState() == TaskState.COMPLETE);
    assertThat(harness.tasks()).allMatch(t -> new JobIteration(0).equals(t.jobIteration()));
    harness.report(harness.tasks().getFirst(), TaskState.COMPLETE);
    assertThat(harness.tasks()).extracting(Task::slot).containsExactly(0, 1, 2);
    harness.settle();
    assertThat(harness.tasks())
        .hasSize(5)
        .allMatch(t -> t.state() == TaskState.COMPLETE)
        .allMatch(t -> t.desiredState() == TaskState.COMPLETE);
  }

  @Test
  void a_failed_one_is_tried_again_in_its_slot() {
    Harness harness = started(1, JOB);
    harness.report(harness.tasks().getFirst(), TaskState.FAILED);
    assertThat(harness.wanted()).extracting(Task::slot).containsExactly(0, 1);
    harness.settle();
    assertThat(harness.wanted()).hasSize(5).allMatch(t -> t.state() == TaskState.COMPLETE);
  }

  @Test
  void the_next_iteration_runs_anew() {
    Harness harness = started(1, JOB).settle();
    harness
        .update(
            harness.service("job").withJobStatus(new JobStatus(new JobIteration(1), harness.now())))
        .settle();
    assertThat(harness.wanted())
        .hasSize(5)
        .allMatch(t -> new JobIteration(1).equals(t.jobIteration()))
        .allMatch(t -> t.state() == TaskState.COMPLETE);
  }

  private static Harness again(Harness harness) {
    long next = Mode.iteration(harness.service("job")).index() + 1;
    return harness
        .after(Duration.ofSeconds(1))
        .update(
            harness
                .service("job")
                .with(s ->
                    s.jobStatus(new JobStatus(new JobIteration(next), harness.now()))
                        .updateStatus(null)))
        .pass();
  }

  @Test
  void earlier_iterations_stay_as_history_up_to_the_clusters_limit() {
    Harness harness = started(1, JOB).settle();
    List<String> first = harness.tasks().stream().map(Task::id).toList();
    again(harness).settle();
    assertThat(harness.tasks()).extracting(Task::id).containsAll(first);
    assertThat(harness.tasks()).hasSize(10).allMatch(t -> t.state() == TaskState.COMPLETE);
    for (int i = 0; i < 6; i++) {
      again(harness).settle();
    }
    assertThat(harness.tasks()).hasSize(25).extracting(Task::id).doesNotContainAnyElementsOf(first);
    assertThat(harness.wanted()).hasSize(5);
    harness.delete(harness.service("job")).settle();
    assertThat(harness.tasks()).isEmpty();
  }

  @Test
  void what_still_runs_of_the_last_iteration_is_ended_and_stays_too() {
    Harness harness = started(1, JOB);
    Task running = harness.tasks().getFirst();
    harness.report(running, TaskState.RUNNING);
    again(harness);
    assertThat(harness.state().task(running.id()).orElseThrow().desiredState())
        .isEqualTo(TaskState.SHUTDOWN);
    harness.settle();
    assertThat(harness.state().task(running.id()).orElseThrow().state())
        .isEqualTo(TaskState.SHUTDOWN);
  }

  @Test
  void nobody_waits_for_an_earlier_iteration_on_a_lost_node() {
    Harness harness = started(2, JOB);
    Task lost = harness.tasks().getFirst();
    harness.report(lost, TaskState.RUNNING).nodeState(lost.nodeId(), Node.NodeStatus.DOWN);
    again(harness);
    assertThat(harness.state().task(lost.id())).isEmpty();
  }

  @Test
  void minus_one_keeps_all_of_them() {
    Harness harness = started(1, JOB).settle();
    Cluster cluster = harness.state().cluster().orElseThrow();
    harness.update(
        cluster.withSpec(cluster.spec().withOrchestration(new Cluster.Orchestration(-1L))));
    for (int i = 0; i < 9; i++) {
      again(harness).settle();
    }
    assertThat(harness.tasks()).hasSize(50);
  }

  @Test
  void a_global_job_completes_once_on_every_node_and_on_those_that_join() {
    ServiceSpec spec =
        Samples.spec("job", 0)
            .withMode(new ServiceSpec.Mode(null, null, null, new ServiceSpec.GlobalJob()));
    Harness harness = started(2, spec).settle();
    harness.create(Samples.node("n9")).settle();
    assertThat(harness.tasks()).extracting(Task::nodeId).containsExactly("n1", "n2", "n9");
    assertThat(harness.tasks()).allMatch(t -> t.state() == TaskState.COMPLETE);
  }

  @Test
  void a_task_given_up_that_completed_all_the_same_leaves_nothing_to_do() {
    Harness harness = started(2, JOB);
    Task given = harness.tasks().getFirst();
    harness.nodeState(given.nodeId(), Node.NodeStatus.DOWN).pass();
    Task instead =
        harness.wanted().stream().filter(t -> t.slot() == given.slot()).findFirst().orElseThrow();
    harness.nodeState(given.nodeId(), Node.NodeStatus.READY);
    harness.report(given, TaskState.COMPLETE);
    assertThat(harness.state().task(instead.id()).orElseThrow().desiredState())
        .isEqualTo(TaskState.SHUTDOWN);
    harness.settle();
    assertThat(harness.tasks())
        .filteredOn(t -> t.state() == TaskState.COMPLETE)
        .extracting(Task::slot)
        .containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void retries_end_where_the_policy_says_and_the_others_go_on() {
    TaskSpec.RestartPolicy twice = new TaskSpec.RestartPolicy("on-failure", 0L, 2L, null);
    Harness harness =
        started(1, JOB.withTaskTemplate(Samples.template("job:1").withRestartPolicy(twice)));
    for (int i = 0; i < 3; i++) {
      Task first = harness.wanted().stream().filter(t -> t.slot() == 0).findFirst().orElseThrow();
      harness.report(first, TaskState.FAILED);
    }
    assertThat(harness.wanted()).noneMatch(t -> t.slot() == 0);
    harness.settle();
    assertThat(harness.wanted()).extracting(Task::slot).containsExactly(1, 2, 3, 4);
  }
}
