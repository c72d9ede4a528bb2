package dev.skep.gateway.remote;

import dev.skep.store.StoreListener;
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
 * finds them at once however many there are. Knows those of the store that it follows; any thread
 * may ask.
 */
final class TaskIds implements StoreListener {
  /** Two are enough to know that the beginning of an id is ambiguous. */
  private static final int ENOUGH = 2;

  private volatile ConcurrentNavigableMap<String, String> tasks = new ConcurrentSkipListMap<>();

  /** Who asks meanwhile is answered from what was known before. */
  @Override
  public void reset(ClusterState state) {
    ConcurrentNavigableMap<String, String> fresh = new ConcurrentSkipListMap<>();
    state.tasks().forEach(task -> add(fresh, task));
    tasks = fresh;
  }

  @Override
  public void commit(Commit commit) {
    for (Change change : commit.changes()) {
      if (change instanceof Change.Updated(Task before, Task now)) {
        String old = container(before);
        if (old != null && !old.equals(container(now))) {
          tasks.remove(old);
        }
        add(tasks, now);
      } else if (change.object() instanceof Task task) {
        if (change instanceof Change.Deleted) {
          remove(task);
        } else {
          add(tasks, task);
        }
      }
    }
  }

  private static void add(ConcurrentNavigableMap<String, String> tasks, Task task) {
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
}
