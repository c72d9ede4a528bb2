package dev.skep.scheduler.dispatch;

import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.model.Config;
import dev.skep.store.model.Network;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.ConfigReference;
import dev.skep.store.model.spec.ContainerSpec.SecretReference;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one agent was sent, and what it is to be sent next. No I/O. An agent gets every task that
 * its node was ever assigned and that still exists, ended ones included: their containers stay
 * until the task is deleted, so that their logs can be read.
 */
final class Session {
  private final String nodeId;
  private final String id;

  /** What each task was sent with. Nothing else that an agent needs changes in a sent task. */
  private final Map<String, Sent> sent = new HashMap<>();

  private final Set<String> changed = new TreeSet<>();
  private boolean complete = true;
  private long sequence;

  private record Sent(TaskState desired, @Nullable Long stopGracePeriod) {
    static Sent of(Task task) {
      ContainerSpec container = task.spec().containerSpec();
      return new Sent(task.desiredState(), container == null ? null : container.stopGracePeriod());
    }
  }

  Session(String nodeId, String id) {
    this.nodeId = nodeId;
    this.id = id;
  }

  String nodeId() {
    return nodeId;
  }

  String id() {
    return id;
  }

  /** Number of the last assignment that was made. */
  long sequence() {
    return sequence;
  }

  /** A task of the node was written or deleted. */
  void changed(String taskId) {
    changed.add(taskId);
  }

  /** Nobody knows what the agent has: the next assignment holds everything. */
  void startOver() {
    complete = true;
  }

  boolean sendsAll() {
    return complete;
  }

  /** The next assignment; empty when the agent has everything already. */
  Optional<Assignment> next(ClusterState state) {
    boolean all = complete;
    if (all) {
      sent.clear();
      changed.clear();
    }
    List<Task> tasks = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    if (all) {
      state.tasksOfNode(nodeId).stream().filter(Session::dispatched).forEach(tasks::add);
    } else {
      difference(state, tasks, removed);
    }
    changed.clear();
    if (!all && tasks.isEmpty() && removed.isEmpty()) {
      return Optional.empty();
    }
    tasks.sort(Comparator.comparing(Task::createdAt).thenComparing(Task::id));
    tasks.forEach(task -> sent.put(task.id(), Sent.of(task)));
    removed.forEach(sent::remove);
    complete = false;
    long before = all ? 0 : sequence;
    sequence++;
    return Optional.of(
        new Assignment(
            id,
            all ? AssignmentType.COMPLETE : AssignmentType.INCREMENTAL,
            sequence,
            before,
            tasks,
            removed,
            networks(state, tasks),
            secrets(state, tasks),
            configs(state, tasks),
            auths(state, tasks)));
  }

  private void difference(ClusterState state, List<Task> tasks, List<String> removed) {
    for (String taskId : changed) {
      Task task = state.task(taskId).orElse(null);
      if (task != null && task.nodeId().equals(nodeId) && dispatched(task)) {
        if (!Sent.of(task).equals(sent.get(taskId))) {
          tasks.add(task);
        }
      } else if (sent.containsKey(taskId)) {
        removed.add(taskId);
      }
    }
  }

  private static boolean dispatched(Task task) {
    return !TaskState.ASSIGNED.after(task.state());
  }

  // ------------------------------------------------------------------ what tasks need
  //
  // Everything comes with each task that needs it: an agent drops what none of its tasks needs, so
  // what was sent before may be gone.

  private static Map<String, Network> networks(ClusterState state, Collection<Task> tasks) {
    Map<String, Network> needed = new TreeMap<>();
    for (Task task : tasks) {
      for (NetworkAttachmentConfig attachment : task.spec().networks()) {
        need(attachment.target(), state::network, needed);
      }
    }
    return needed;
  }

  private static Map<String, Secret> secrets(ClusterState state, Collection<Task> tasks) {
    Map<String, Secret> needed = new TreeMap<>();
    for (Task task : tasks) {
      ContainerSpec container = task.spec().containerSpec();
      if (container != null) {
        for (SecretReference secret : container.secrets()) {
          need(secret.secretId(), state::secret, needed);
        }
      }
    }
    return needed;
  }

  private static Map<String, Config> configs(ClusterState state, Collection<Task> tasks) {
    Map<String, Config> needed = new TreeMap<>();
    for (Task task : tasks) {
      ContainerSpec container = task.spec().containerSpec();
      if (container != null) {
        for (ConfigReference config : container.configs()) {
          need(config.configId(), state::config, needed);
        }
      }
    }
    return needed;
  }

  private static <T extends SwarmObject> void need(
      @Nullable String objectId, Function<String, Optional<T>> find, Map<String, T> needed) {
    if (objectId != null) {
      find.apply(objectId).ifPresent(object -> needed.put(objectId, object));
    }
  }

  private static Map<String, Sensitive> auths(ClusterState state, Collection<Task> tasks) {
    Map<String, Sensitive> auths = new TreeMap<>();
    for (Task task : tasks) {
      Sensitive auth = state.service(task.serviceId()).map(Service::registryAuth).orElse(null);
      if (auth != null) {
        auths.put(task.serviceId(), auth);
      }
    }
    return auths;
  }
}
