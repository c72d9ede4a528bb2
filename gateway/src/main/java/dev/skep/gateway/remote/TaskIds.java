package dev.skep.gateway.remote;

import dev.skep.store.Store;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks by their own ids and by their containers', in order, so that the beginning of either
 * finds them at once however many there are. Follows one store. Any thread may ask.
 */
final class TaskIds {
  /** Two are enough to know that the beginning of an id is ambiguous. */
  private static final int ENOUGH = 2;

  private final ConcurrentNavigableMap<String, String> tasks = new ConcurrentSkipListMap<>();
  private final Store.Watch watch;

  TaskIds(Store store) {
    ClusterState state = store.state();
    state.tasks().forEach(this::add);
    watch = store.watch(state.index(), this::follow);
  }

  private void follow(Commit commit) {
    for (Change change : commit.changes()) {
      if (change instanceof Change.Updated(Task before, Task now)) {
        String old = container(before);
        if (old != null && !old.equals(container(now))) {
          tasks.remove(old);
        }
        add(now);
      } else if (change.object() instanceof Task task) {
        if (change instanceof Change.Deleted) {
          remove(task);
        } else {
          add(task);
        }
      }
    }
  }

  private void add(Task task) {
    tasks.put(task.id(), task.id());
    String container = container(task);
    if (container != null) {
      tasks.put(container, task.id());
    }
  }

  private void remove(Task task) {
    tasks.remove(task.id());
    String container = container(task);
    if (container != null) {
      tasks.remove(container);
    }
  }

  private static @Nullable String container(Task task) {
    TaskStatus.ContainerStatus status = task.status().containerStatus();
    String id = status == null ? null : status.containerId();
    return id == null || id.isEmpty() ? null : id;
  }

  /** The task of which this is the whole id, or the container's; null when there is none. */
  @Nullable String exactly(String id) {
    return tasks.get(id);
  }

  /** The tasks of which this begins the id or the container's; two at most. */
  List<String> beginning(String prefix) {
    return tasks.subMap(prefix, true, prefix + Character.MAX_VALUE, false).values().stream()
        .distinct()
        .limit(ENOUGH)
        .toList();
  }

  void close() {
    watch.close();
  }
}
