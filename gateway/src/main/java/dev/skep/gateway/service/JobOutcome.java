package dev.skep.gateway.service;

import dev.skep.gateway.service.rules.OptionalText;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import dev.skep.store.state.ClusterState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a job has ended without its completions: some of its tasks failed, and nothing takes
 * their place. Swarm says nothing of it, so that clients who wait for the job wait for ever; they
 * all look at the status of the update, so it is told there, as an update that is paused. Pure.
 */
final class JobOutcome {
  /**
   * When the leader replaces a task it does so in the same moment, whatever the delay: only the
   * start of the new task waits. What has not been replaced after this time will not be.
   */
  static final Duration REPLACED_WITHIN = Duration.ofSeconds(10);

  private JobOutcome() {}

  /** The status to be shown of the service's update: its own, or that the job has failed. */
  static @Nullable UpdateStatus status(Service service, ClusterState state, Instant now) {
    JobStatus job = service.jobStatus();
    if (job == null || service.updateStatus() != null) {
      return service.updateStatus();
    }
    Map<String, List<Task>> slots =
        state.tasksOfService(service.id()).stream()
            .filter(task -> job.jobIteration().equals(task.jobIteration()))
            .collect(Collectors.groupingBy(Task::slotKey, TreeMap::new, Collectors.toList()));
    long wanted = wanted(service.spec().mode(), slots.size());
    List<Task> failed =
        slots.values().stream()
            .filter(tasks -> tasks.stream().noneMatch(t -> t.state() == TaskState.COMPLETE))
            .map(JobOutcome::newest)
            .toList();
    if (failed.isEmpty()
        || slots.size() < wanted
        || !slots.values().stream().flatMap(Collection::stream).allMatch(t -> t.state().ended())
        || !failed.stream().allMatch(task -> isLast(task, now))) {
      return null;
    }
    return new UpdateStatus(
        "paused", job.lastExecution(), null, message(slots.size() - failed.size(), wanted, failed));
  }

  private static long wanted(@Nullable Mode mode, long slots) {
    ReplicatedJob job = mode == null ? null : mode.replicatedJob();
    return job == null || job.totalCompletions() == null ? slots : job.totalCompletions();
  }

  private static Task newest(List<Task> slot) {
    return slot.stream()
        .max(Comparator.comparing(Task::createdAt).thenComparing(Task::id))
        .orElseThrow();
  }

  /** Whether nothing will take the task's place. */
  private static boolean isLast(Task task, Instant now) {
    RestartPolicy policy = task.spec().restartPolicy();
    boolean never =
        policy != null
            && "none".equals(policy.condition())
            && (task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED);
    return never || !now.isBefore(task.updatedAt().plus(REPLACED_WITHIN));
  }

  private static String message(long complete, long wanted, List<Task> failed) {
    Task first = failed.getFirst();
    String err = OptionalText.or(first.status().err(), first.state().text());
    return "the job has ended with %d of %d tasks complete, and its restart policy asks for no more: task %s: %s"
        .formatted(complete, wanted, first.id(), err);
  }
}
