package dev.skep.node.network;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which tasks of this node use which networks, by their ids. */
final class NetworkUsers {
  private final Map<String, Set<String>> tasks = new HashMap<>();

  /** Notes a user; gives whether it is the network's first. */
  boolean add(String networkId, String taskId) {
    Set<String> users = tasks.computeIfAbsent(networkId, id -> new HashSet<>());
    boolean first = users.isEmpty();
    users.add(taskId);
    return first;
  }

  boolean uses(String networkId) {
    return tasks.containsKey(networkId);
  }

  /** The task uses no network any more; gives those that it did use. */
  Set<String> release(String taskId) {
    Set<String> left = new TreeSet<>();
    tasks.forEach((networkId, users) -> {
      if (users.remove(taskId)) {
        left.add(networkId);
      }
    });
    tasks.values().removeIf(Set::isEmpty);
    return left;
  }

  void clear() {
    tasks.clear();
  }
}
