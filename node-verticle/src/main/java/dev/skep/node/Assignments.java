package dev.skep.node;

import dev.skep.store.bus.AgentMessages.Assignment;
import dev.skep.store.bus.AgentMessages.AssignmentType;
import dev.skep.store.model.Config;
import dev.skep.store.model.ContainerSpec;
import dev.skep.store.model.Network;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that this node is to run, and what the tasks need: by id, and the registry credentials by
 * service id. Immutable.
 */
record Assignments(
    Map<String, Task> tasks,
    Map<String, Network> networks,
    Map<String, Secret> secrets,
    Map<String, Config> configs,
    Map<String, Sensitive> registryAuths) {
  static final Assignments NONE = new Assignments(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  Assignments {
    tasks = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
    networks = Map.copyOf(networks);
    secrets = Map.copyOf(secrets);
    configs = Map.copyOf(configs);
    registryAuths = Map.copyOf(registryAuths);
  }

  /** What holds after {@code message}; what no task needs any more is dropped. */
  Assignments apply(Assignment message) {
    boolean complete = message.type() == AssignmentType.COMPLETE;
    Map<String, Task> newTasks = complete ? new LinkedHashMap<>() : new LinkedHashMap<>(tasks);
    message.removedTasks().forEach(newTasks::remove);
    message.tasks().forEach(task -> newTasks.put(task.id(), task));

    Set<String> needed = new HashSet<>();
    newTasks.values().forEach(task -> collectNeeds(task, needed));
    return new Assignments(
        newTasks,
        merged(complete ? Map.of() : networks, message.networks(), needed),
        merged(complete ? Map.of() : secrets, message.secrets(), needed),
        merged(complete ? Map.of() : configs, message.configs(), needed),
        merged(complete ? Map.of() : registryAuths, message.registryAuths(), needed));
  }

  private static void collectNeeds(Task task, Set<String> needed) {
    needed.add(task.serviceId());
    task.spec().networks().forEach(network -> add(needed, network.target()));
    ContainerSpec container = task.spec().containerSpec();
    if (container != null) {
      container.secrets().forEach(secret -> add(needed, secret.secretId()));
      container.configs().forEach(config -> add(needed, config.configId()));
    }
  }

  private static void add(Set<String> ids, @Nullable String id) {
    if (id != null) {
      ids.add(id);
    }
  }

  private static <V> Map<String, V> merged(
      Map<String, V> before, Map<String, V> more, Set<String> needed) {
    Map<String, V> merged = new HashMap<>(before);
    merged.putAll(more);
    merged.keySet().retainAll(needed);
    return merged;
  }
}
