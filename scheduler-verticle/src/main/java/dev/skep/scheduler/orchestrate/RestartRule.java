package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
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
   * Times of restarts that a task remembers at most, so that tasks stay small. A policy that allows
   * more attempts than this in a window is counted in steps: of every second restart, say, the time
   * is kept. That is right to a thousandth.
   */
  static final int MAX_REMEMBERED = 1000;

  /** A task that ends sooner after its start than this has ended quickly. */
  static final Duration STEADY_AFTER = Duration.ofSeconds(10);

  /** Quick endings in a row that are replaced just as the policy says. */
  static final int UNSLOWED = 5;

  /**
   * What the back-off begins with where the policy asks for less: who asks for no delay wants a
   * quick replacement, not dozens of commits a second.
   */
  static final Duration LEAST_SLOWED = Duration.ofSeconds(1);

  /**
   * What the back-off ends with: rare enough to leave the node alone, soon enough for a service
   * that waits for another to come up.
   */
  static final Duration MOST_SLOWED = Duration.ofMinutes(1);

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
    return policy == null || most(policy) == 0 || counted(ended, policy) < most(policy);
  }

  /** Restarts at most; 0 for any number. */
  private static long most(RestartPolicy policy) {
    return policy.maxAttempts() == null ? 0 : Math.max(0, policy.maxAttempts());
  }

  /** Nanoseconds in which restarts count; 0 when all do. */
  private static long window(RestartPolicy policy) {
    return policy.window() == null ? 0 : Math.max(0, policy.window());
  }

  /** Of how many restarts one time is kept. */
  private static long step(RestartPolicy policy) {
    return Math.max(1, Math.ceilDiv(most(policy), MAX_REMEMBERED));
  }

  /** The restarts up to {@code ended} that the policy looks at. */
  private static long counted(Task ended, RestartPolicy policy) {
    if (window(policy) == 0) {
      return restarts(ended);
    }
    Instant from = ended.updatedAt().minusNanos(window(policy));
    long kept = ended.restarts().stream().filter(at -> !at.isBefore(from)).count();
    long step = step(policy);
    return kept * step + restarts(ended) % step;
  }

  /** How often the task's slot was restarted before it; tasks of older versions have times only. */
  static long restarts(Task task) {
    return Math.max(task.restartCount(), task.restarts().size());
  }

  /**
   * The times that the replacement of {@code ended}, made now, remembers. The window is about what
   * the policy asked for, as in Swarm, which has no back-off: were the time counted that the
   * back-off adds, the attempts would leave the window while it waits, and a crash loop that has to
   * end would not.
   *
   * @param slowedBy what the back-off adds to the delay
   */
  static List<Instant> remembered(Task ended, Instant now, Duration slowedBy) {
    RestartPolicy policy = ended.spec().restartPolicy();
    if (policy == null || most(policy) == 0 || window(policy) == 0) {
      return List.of();
    }
    List<Instant> restarts = new ArrayList<>();
    ended.restarts().forEach(at -> restarts.add(at.plus(slowedBy)));
    if ((restarts(ended) + 1) % step(policy) == 0) {
      restarts.add(now.plus(slowedBy));
    }
    long needed = Math.min(most(policy), MAX_REMEMBERED);
    return restarts.subList((int) Math.max(0, restarts.size() - needed), restarts.size());
  }

  /**
   * The task for which no attempt is left, so that this stays true: its last change moves the end
   * of the window.
   */
  static Task spent(Task ended, Instant now) {
    return ended.withRestarts(ended.restarts().stream().map(at -> now).toList());
  }

  /** How many tasks in a row ended quickly, with {@code ended} as the last. */
  static int quickEndings(Task ended) {
    Instant since = ended.runningSince();
    boolean quick = since == null || since.plus(STEADY_AFTER).isAfter(ended.updatedAt());
    return quick ? ended.quickEndings() + 1 : 0;
  }

  /**
   * How long the replacement of {@code ended} waits: what its policy asks for, or 5 s as in Swarm.
   * Beyond Swarm, a task that keeps failing soon after its start waits twice as long each time,
   * from the sixth in a row on, up to a minute. One that keeps completing is not slowed down like
   * that (its policy may mean it), but does not spin either.
   *
   * @param quickEndings as {@link #quickEndings(Task)} says, or 0 where they do not count
   */
  static Duration delay(Task ended, int quickEndings) {
    Duration asked = asked(ended);
    if (quickEndings <= UNSLOWED) {
      return asked;
    }
    Duration first = longer(asked, LEAST_SLOWED);
    if (ended.state() == TaskState.COMPLETE) {
      return first;
    }
    int doublings = Math.min(quickEndings - UNSLOWED - 1, MOST_DOUBLINGS);
    Duration slowed = first.multipliedBy(1L << doublings);
    return slowed.compareTo(MOST_SLOWED) < 0 ? slowed : longer(asked, MOST_SLOWED);
  }

  /** What the back-off adds to the delay that the policy asks for. */
  static Duration slowedBy(Task ended, int quickEndings) {
    return longer(delay(ended, quickEndings).minus(asked(ended)), Duration.ZERO);
  }

  /** More would not fit. */
  private static final int MOST_DOUBLINGS = 10;

  /** What the back-off adds, in words, while {@code task} waits for it; absent when it does not. */
  static @Nullable String slowed(Task task) {
    if (task.notBefore() == null || task.quickEndings() <= UNSLOWED) {
      return null;
    }
    Duration waits = Duration.between(task.createdAt(), task.notBefore());
    return waits.compareTo(asked(task)) <= 0
        ? null
        : "restart slowed down to %ds: ended %d times in a row within %ds"
            .formatted(waits.toSeconds(), task.quickEndings(), STEADY_AFTER.toSeconds());
  }

  private static Duration asked(Task task) {
    RestartPolicy policy = task.spec().restartPolicy();
    return policy == null || policy.delay() == null
        ? DEFAULT_DELAY
        : Duration.ofNanos(Math.max(0, policy.delay()));
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
  }
}
