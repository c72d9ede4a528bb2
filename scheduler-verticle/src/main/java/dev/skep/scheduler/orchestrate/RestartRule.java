package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Task;
import dev.skep.store.model.TaskSpec.RestartPolicy;
import dev.skep.store.model.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task's restart policy, applied: whether a task that ended is replaced, and when. */
final class RestartRule {
  /** What the API gives services that do not say. */
  static final Duration DEFAULT_DELAY = Duration.ofSeconds(5);

  /**
   * Restarts that a task remembers at most, so that tasks stay small; a policy that allows more
   * attempts than this allows any number.
   */
  static final int MAX_REMEMBERED = 1000;

  /** A slot whose tasks end at once, this often within {@link #LOOP_WITHIN}, is slowed down. */
  static final int LOOP_RESTARTS = 5;

  static final Duration LOOP_WITHIN = Duration.ofSeconds(10);

  /**
   * A task that ran shorter than this, or not at all, ended at once; also the delay that a loop is
   * slowed down to, because a service that asks for no delay wants a quick replacement, not dozens
   * of commits a second.
   */
  static final Duration LOOP_DELAY = Duration.ofSeconds(1);

  private RestartRule() {}

  /**
   * Whether the policy lets {@code ended} be replaced.
   *
   * @param job whether it belongs to a job, for which completing is an end
   */
  static boolean allows(Task ended, boolean job) {
    RestartPolicy policy = ended.spec().restartPolicy();
    String condition = policy == null || policy.condition() == null ? "" : policy.condition();
    boolean completed = ended.state() == TaskState.COMPLETE;
    boolean wanted =
        switch (condition) {
          case "none" -> false;
          case "on-failure" -> !completed;
          default -> !(completed && job);
        };
    return wanted && attemptsLeft(ended, policy);
  }

  private static boolean attemptsLeft(Task ended, @Nullable RestartPolicy policy) {
    if (policy == null || policy.maxAttempts() == null || policy.maxAttempts() == 0) {
      return true;
    }
    if (policy.maxAttempts() > MAX_REMEMBERED) {
      return true;
    }
    return within(ended.restarts(), policy, ended.updatedAt()).size() < policy.maxAttempts();
  }

  private static List<Instant> within(
      List<Instant> restarts, @Nullable RestartPolicy policy, Instant end) {
    if (policy == null || policy.window() == null || policy.window() == 0) {
      return restarts;
    }
    Instant from = end.minusNanos(policy.window());
    return restarts.stream().filter(at -> !at.isBefore(from)).toList();
  }

  /** What the replacement of {@code ended}, made now, remembers. */
  static List<Instant> remembered(Task ended, Instant now) {
    RestartPolicy policy = ended.spec().restartPolicy();
    List<Instant> restarts = new ArrayList<>(ended.restarts());
    restarts.add(now);
    long needed = LOOP_RESTARTS;
    if (policy != null && policy.maxAttempts() != null) {
      needed = Math.max(needed, Math.min(policy.maxAttempts(), MAX_REMEMBERED));
    }
    int from = (int) Math.max(0, restarts.size() - needed);
    return restarts.subList(from, restarts.size());
  }

  /**
   * How long the replacement of {@code ended} waits.
   *
   * @param restarts as {@link #remembered} says
   */
  static Duration delay(Task ended, List<Instant> restarts, Instant now) {
    RestartPolicy policy = ended.spec().restartPolicy();
    Duration asked =
        policy == null || policy.delay() == null
            ? DEFAULT_DELAY
            : Duration.ofNanos(Math.max(0, policy.delay()));
    return asked.compareTo(LOOP_DELAY) < 0 && loops(ended, restarts, now) ? LOOP_DELAY : asked;
  }

  private static boolean loops(Task ended, List<Instant> restarts, Instant now) {
    Instant since = ended.runningSince();
    boolean atOnce = since == null || since.plus(LOOP_DELAY).isAfter(ended.updatedAt());
    return atOnce
        && restarts.size() >= LOOP_RESTARTS
        && !restarts.get(restarts.size() - LOOP_RESTARTS).isBefore(now.minus(LOOP_WITHIN));
  }
}
