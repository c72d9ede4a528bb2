package dev.skep.store.state;

import dev.skep.store.model.Task;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The last different tasks of a service while a snapshot is read: so that its tasks share their
 * specs again, as they did before it was written, whatever the order in which they come.
 */
final class RecentTasks {
  /** Specs of one service that have tasks at once; more are those of a long history. */
  private static final int KEPT = 8;

  private final Deque<Task> recent = new ArrayDeque<>();

  /** The task, made of the parts of an earlier one if it is like one. */
  @SuppressWarnings("ReferenceEquality") // whether the very parts of the earlier one were taken
  Task shared(Task task) {
    for (Task like : recent) {
      Task shared = SharedParts.of(task, like);
      if (shared.spec() == like.spec()) {
        recent.remove(like);
        recent.addFirst(like);
        return shared;
      }
    }
    recent.addFirst(task);
    if (recent.size() > KEPT) {
      recent.removeLast();
    }
    return task;
  }
}
