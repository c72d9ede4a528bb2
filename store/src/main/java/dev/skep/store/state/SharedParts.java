package dev.skep.store.state;

import dev.skep.store.model.Task;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a service repeat its spec, labels and name. Read from JSON each has its own copy of
 * them; here the copies give way to one, which is most of a large swarm's memory.
 */
final class SharedParts {
  private SharedParts() {}

  /** The task, equal to what it was, made of the parts of {@code like} where these are equal. */
  @SuppressWarnings("ReferenceEquality") // what is the very same already needs no work
  static Task of(Task task, @Nullable Task like) {
    if (like == null || task.spec() == like.spec()) {
      return task;
    }
    return task.with(t -> {
      t.spec(same(task.spec(), like.spec()));
      t.serviceId(same(task.serviceId(), like.serviceId()));
      t.serviceName(same(task.serviceName(), like.serviceName()));
      t.serviceLabels(same(task.serviceLabels(), like.serviceLabels()));
      t.specVersion(same(task.specVersion(), like.specVersion()));
      t.endpoint(same(task.endpoint(), like.endpoint()));
      t.nodeId(same(task.nodeId(), like.nodeId()));
    });
  }

  private static <T extends @Nullable Object> T same(T own, T other) {
    return own != null && own.equals(other) ? other : own;
  }
}
