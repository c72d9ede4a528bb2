package dev.skep.scheduler.place;

import dev.skep.store.model.Task;
import dev.skep.store.model.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which services' tasks failed on a node lately. A new spec of a service starts without a past. */
final class Failures {
  /** What failed this often on a node is placed there last. */
  static final int MANY = 5;

  /** How long a failure counts. */
  static final Duration COUNT_FOR = Duration.ofMinutes(5);

  private record Kind(String serviceId, @Nullable Version specVersion) {
    static Kind of(Task task) {
      return new Kind(task.serviceId(), task.specVersion());
    }
  }

  private final Map<Kind, Deque<Instant>> recent = new HashMap<>();

  void add(Task task, Instant at) {
    recent.values().forEach(times -> forget(times, at));
    recent.values().removeIf(Deque::isEmpty);
    Deque<Instant> times = recent.computeIfAbsent(Kind.of(task), kind -> new ArrayDeque<>());
    times.addLast(at);
    if (times.size() > MANY) {
      times.removeFirst();
    }
  }

  boolean many(Task task, Instant now) {
    if (recent.isEmpty()) {
      return false;
    }
    Deque<Instant> times = recent.get(Kind.of(task));
    if (times == null) {
      return false;
    }
    forget(times, now);
    return times.size() >= MANY;
  }

  private static void forget(Deque<Instant> times, Instant now) {
    while (!times.isEmpty() && times.getFirst().plus(COUNT_FOR).isBefore(now)) {
      times.removeFirst();
    }
  }
}
