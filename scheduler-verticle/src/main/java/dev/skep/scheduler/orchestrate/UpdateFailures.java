package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which slots an update has failed in. A slot counts once, however often its task is tried again,
 * as in Swarm: the failure ratio is about replicas.
 */
final class UpdateFailures {
  private final ServiceContext context;
  private final UpdateTerms terms;

  UpdateFailures(ServiceContext context, UpdateTerms terms) {
    this.context = context;
    this.terms = terms;
  }

  /** The slot's first task that speaks against the update; absent when none does. */
  @Nullable Task in(Slot slot) {
    for (Task task : slot.tasks()) {
      if (failed(task)) {
        return task;
      }
    }
    return null;
  }

  /** The first failure of each slot that has one. */
  List<Task> in(List<Slot> slots) {
    List<Task> failures = new ArrayList<>();
    for (Slot slot : slots) {
      Task first = in(slot);
      if (first != null) {
        failures.add(first);
      }
    }
    return failures;
  }

  /** Whether the update made the task, and it ended before its monitoring was over. */
  private boolean failed(Task task) {
    Instant startedAt = terms.startedAt();
    if (startedAt == null || task.createdAt().isBefore(startedAt) || !context.fresh(task)) {
      return false;
    }
    boolean ended =
        switch (task.state()) {
          case FAILED, REJECTED, COMPLETE -> true;
          default -> false;
        };
    Instant since = task.runningSince();
    return ended && (since == null || !since.plus(terms.monitor()).isBefore(task.updatedAt()));
  }
}
