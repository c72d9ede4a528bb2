package dev.skep.node.agent;

import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.model.Config;
import dev.skep.store.model.Network;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that this node is to run, and what the tasks need: by id, and the registry credentials by
 * service id. Immutable.
 */
public record Assignments(
    Map<String, Task> tasks,
    Map<String, Network> networks,
    Map<String, Secret> secrets,
    Map<String, Config> configs,
    Map<String, Sensitive> registryAuths) {
  public static final Assignments NONE =
      new Assignments(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  public Assignments {
    tasks = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
    networks = Map.copyOf(networks);
    secrets = Map.copyOf(secrets);
    configs = Map.copyOf(configs);
    registryAuths = Map.copyOf(registryAuths);
  }

  /**
   * What holds after {@code message}. An incremental one does not repeat the networks, secrets and
   * configs that were sent before it, so these are kept until the next complete one, needed or not.
   */
  public Assignments apply(Assignment message) {
    boolean complete = message.type() == AssignmentType.COMPLETE;
    Map<String, Task> newTasks = new LinkedHashMap<>(complete ? Map.of() : tasks);
    message.removedTasks().forEach(newTasks::remove);
    message.tasks().forEach(task -> newTasks.put(task.id(), task));
    Map<String, Sensitive> auths = new HashMap<>(complete ? Map.of() : registryAuths);
    message
        .tasks()
        .forEach(
            task -> auths.remove(task.serviceId())); // an auth comes with every task that has one
    auths.putAll(message.registryAuths());
    return new Assignments(
        newTasks,
        merged(complete ? Map.of() : networks, message.networks()),
        merged(complete ? Map.of() : secrets, message.secrets()),
        merged(complete ? Map.of() : configs, message.configs()),
        auths);
  }

  private static <V> Map<String, V> merged(Map<String, V> before, Map<String, V> more) {
    Map<String, V> merged = new HashMap<>(before);
    merged.putAll(more);
    return merged;
  }
}
