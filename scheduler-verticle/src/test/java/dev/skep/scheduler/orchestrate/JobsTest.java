package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.ServiceSpec;
import dev.skep.store.model.ServiceSpec.Mode;
import dev.skep.store.model.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskSpec;
import dev.skep.store.model.TaskState;
import org.junit.jupiter.api.Test;

class JobsTest {
  private static final ServiceSpec JOB =
      Samples.spec("job", 0).withMode(new Mode(null, null, new ReplicatedJob(2L, 5L), null));

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
    assertThat(harness.tasks())
        .hasSize(5)
        .allMatch(t -> new JobIteration(1).equals(t.jobIteration()))
        .allMatch(t -> t.state() == TaskState.COMPLETE);
  }

  @Test
  void a_global_job_completes_once_on_every_node_and_on_those_that_join() {
    ServiceSpec spec =
        Samples.spec("job", 0).withMode(new Mode(null, null, null, new ServiceSpec.GlobalJob()));
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
