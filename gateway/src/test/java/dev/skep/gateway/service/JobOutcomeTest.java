package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec.GlobalJob;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.spec.ServiceSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobOutcomeTest {
  private static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");
  private static final JobIteration SECOND = new JobIteration(1);

  private static Service job(String condition, long completions) {
    return service(
        condition, new Mode(null, null, new ReplicatedJob(completions, completions), null));
  }

  private static Service service(String condition, Mode mode) {
    TaskSpec template =
        TaskSpec.of(ContainerSpec.of("i:1"))
            .withRestartPolicy(new RestartPolicy(condition, null, null, null));
    return ServiceBuilder.builder()
        .id("job")
        .version(Version.NONE)
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(
            ServiceSpecBuilder.builder()
                .name("job")
                .labels(Map.of())
                .taskTemplate(template)
                .mode(mode)
                .networks(List.of())
                .build())
        .jobStatus(new JobStatus(SECOND, NOW))
        .portErrors(List.of())
        .build();
  }

  private static Task task(Service service, int slot, String id, TaskState state) {
    return TaskBuilder.builder()
        .id(id)
        .version(Version.NONE)
        .createdAt(NOW)
        .updatedAt(NOW)
        .spec(service.spec().taskTemplate())
        .serviceId(service.id())
        .slot(slot)
        .nodeId("n1")
        .jobIteration(SECOND)
        .status(TaskStatus.of(NOW, state, "x").withErr(state.ended() ? "exit 1" : null))
        .desiredState(state == TaskState.SHUTDOWN ? TaskState.SHUTDOWN : TaskState.COMPLETE)
        .build();
  }

  private static @Nullable UpdateStatus after(Service service, Duration time, Task... tasks) {
    Transaction.Builder all = Transaction.at(NOW).create(service);
    List.of(tasks).forEach(all::create);
    ClusterState state = ClusterState.EMPTY.apply(all.build(), 1).state();
    return JobOutcome.status(service, state, NOW.plus(time));
  }

  private static UpdateStatus told(Service service, Duration time, Task... tasks) {
    return Objects.requireNonNull(after(service, time, tasks));
  }

  @Test
  void a_job_that_is_not_to_be_restarted_has_failed_at_once() {
    Service job = job("none", 2);
    UpdateStatus status =
        told(
            job,
            Duration.ZERO,
            task(job, 0, "a", TaskState.COMPLETE),
            task(job, 1, "b", TaskState.FAILED));
    assertThat(status.state()).isEqualTo("paused");
    assertThat(status.message())
        .isEqualTo(
            "the job has ended with 1 of 2 tasks complete, and its restart policy asks for no more:"
                + " task b: exit 1");
  }

  @Test
  void a_job_that_may_be_restarted_has_failed_when_it_is_not() {
    Service job = job("on-failure", 1);
    Task failed = task(job, 0, "a", TaskState.FAILED);
    assertThat(after(job, JobOutcome.REPLACED_WITHIN.minusNanos(1), failed)).isNull();
    assertThat(after(job, JobOutcome.REPLACED_WITHIN, failed)).isNotNull();
    Task next = task(job, 0, "b", TaskState.READY);
    assertThat(after(job, Duration.ofHours(1), failed, next)).isNull();
  }

  @Test
  void a_job_that_goes_on_has_not_failed() {
    Service job = job("none", 3);
    Task failed = task(job, 0, "a", TaskState.FAILED);
    Task complete = task(job, 1, "b", TaskState.COMPLETE);
    Duration later = Duration.ofHours(1);
    assertThat(after(job, later)).as("nothing was begun").isNull();
    assertThat(after(job, later, failed, complete)).as("a third is to come").isNull();
    assertThat(after(job, later, failed, complete, task(job, 2, "c", TaskState.RUNNING))).isNull();
    assertThat(after(job, later, failed, complete, task(job, 2, "c", TaskState.COMPLETE)))
        .isNotNull();
  }

  @Test
  void a_task_whose_node_was_lost_is_replaced_whatever_the_policy_says() {
    Service job = job("none", 1);
    Task lost = task(job, 0, "a", TaskState.ORPHANED);
    assertThat(after(job, Duration.ZERO, lost)).isNull();
    assertThat(after(job, JobOutcome.REPLACED_WITHIN, lost)).isNotNull();
  }

  @Test
  void other_iterations_do_not_count() {
    Service job = job("none", 1);
    Task earlier = task(job, 0, "a", TaskState.FAILED).withJobIteration(new JobIteration(0));
    assertThat(after(job, Duration.ofHours(1), earlier)).isNull();
    assertThat(after(job, Duration.ofHours(1), earlier, task(job, 0, "b", TaskState.COMPLETE)))
        .isNull();
  }

  @Test
  void a_global_job_fails_on_its_nodes() {
    Service job = service("none", new Mode(null, null, null, new GlobalJob()));
    Task one = task(job, 0, "a", TaskState.COMPLETE);
    Task other = task(job, 0, "b", TaskState.FAILED).withNodeId("n2");
    assertThat(after(job, Duration.ZERO, one)).isNull();
    assertThat(told(job, Duration.ZERO, one, other).message()).contains("1 of 2 tasks complete");
  }

  @Test
  void other_services_show_their_own_status() {
    Service web =
        service("none", Mode.replicated(1))
            .withJobStatus(null)
            .withUpdateStatus(new UpdateStatus("completed", NOW, NOW, "done"));
    assertThat(after(web, Duration.ZERO)).isEqualTo(web.updateStatus());
  }
}
