package dev.skep.node.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The tasks that this node knows of, by id. */
final class ManagedTasks {
  private final Map<String, ManagedTask> all = new LinkedHashMap<>();
  private final Function<String, ManagedTask> factory;

  ManagedTasks(Function<String, ManagedTask> factory) {
    this.factory = factory;
  }

  Optional<ManagedTask> find(String id) {
    return Optional.ofNullable(all.get(id));
  }

  ManagedTask findOrAdd(String id) {
    return all.computeIfAbsent(id, factory);
  }

  void remove(ManagedTask task) {
    all.remove(task.id(), task);
  }

  /** All of now; unchanged by what is added later. */
  List<ManagedTask> all() {
    return List.copyOf(all.values());
  }

  Set<String> ids() {
    return Set.copyOf(all.keySet());
  }
}
