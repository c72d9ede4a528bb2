package dev.skep.gateway.remote;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.ClusterState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The task of the swarm that a container's name in a request refers to. Pure. */
sealed interface TaskRef {
  /** None: the host's own engine is asked. */
  record NoTask() implements TaskRef {}

  /**
   * @param by in which words
   */
  record OneTask(Task task, Naming by) implements TaskRef {}

  /** Several: ids of theirs begin so. */
  record SeveralTasks() implements TaskRef {}

  /** How a task was named. */
  enum Naming {
    /** Its whole id. */
    TASK_ID,
    /** The beginning of its id. */
    TASK_ID_PREFIX,
    /** Its container's whole id. */
    CONTAINER_ID,
    /** The beginning of its container's id. */
    CONTAINER_ID_PREFIX,
    /** Its whole name, which is its container's too: {@code web.3.<id>}. */
    CONTAINER_NAME,
    /** Service and slot, with or without the beginning of the id: {@code web.3}. */
    SLOT;

    /** Whether nothing that is not of the swarm can be named so. */
    boolean certain() {
      return this == TASK_ID || this == CONTAINER_ID || this == CONTAINER_NAME;
    }

    /** Whether the engine of the task's node knows it by these words. */
    boolean engines() {
      return this == CONTAINER_ID || this == CONTAINER_ID_PREFIX || this == CONTAINER_NAME;
    }

    /** Whether the swarm's API knows the task by these words, too. */
    boolean tasks() {
      return this == TASK_ID || this == TASK_ID_PREFIX;
    }
  }

  Pattern ID = Pattern.compile("[0-9a-z]{1,64}");

  static TaskRef by(String term, ClusterState state, TaskIds ids) {
    String name = term.startsWith("/") ? term.substring(1) : term;
    if (name.indexOf('.') >= 0) {
      return byName(name.split("\\.", -1), state, ids);
    }
    if (!ID.matcher(name).matches()) {
      return new NoTask();
    }
    String exact = ids.exactly(name);
    List<String> found = exact == null ? ids.beginning(name) : List.of(exact);
    if (found.size() > 1) {
      return new SeveralTasks();
    }
    return found.stream()
        .findFirst()
        .flatMap(state::task)
        .<TaskRef>map(task -> new OneTask(task, words(task, name, exact)))
        .orElseGet(NoTask::new);
  }

  private static Naming words(Task task, String term, @Nullable String exact) {
    boolean tasks = task.id().startsWith(term);
    if (exact != null) {
      return tasks ? Naming.TASK_ID : Naming.CONTAINER_ID;
    }
    return tasks ? Naming.TASK_ID_PREFIX : Naming.CONTAINER_ID_PREFIX;
  }

  /**
   * @param parts service, slot (a node's id for a global service), and perhaps the task's id or its
   *     beginning
   */
  private static TaskRef byName(String[] parts, ClusterState state, TaskIds ids) {
    if (parts.length == 2) {
      return state
          .named(Kind.SERVICE, parts[0])
          .flatMap(service -> inSlot(state, (Service) service, parts[1]))
          .<TaskRef>map(task -> new OneTask(task, Naming.SLOT))
          .orElseGet(NoTask::new);
    }
    if (parts.length != 3 || !ID.matcher(parts[2]).matches()) {
      return new NoTask();
    }
    return ids.beginning(parts[2]).stream()
        .flatMap(id -> state.task(id).stream())
        .filter(task -> task.serviceName().equals(parts[0]) && task.slotKey().equals(parts[1]))
        .findFirst()
        .<TaskRef>map(task ->
            new OneTask(task, task.id().equals(parts[2]) ? Naming.CONTAINER_NAME : Naming.SLOT))
        .orElseGet(NoTask::new);
  }

  /** The task that fills the slot; if none does, the last one that did. */
  private static Optional<Task> inSlot(ClusterState state, Service service, String slot) {
    return state.tasksOfService(service.id()).stream()
        .filter(task -> task.slotKey().equals(slot))
        .max(
            Comparator.comparing((Task task) -> task.state() == TaskState.RUNNING)
                .thenComparing(Task::live)
                .thenComparing(task -> task.status().containerStatus() != null)
                .thenComparing(Task::createdAt)
                .thenComparing(Task::id));
  }
}
