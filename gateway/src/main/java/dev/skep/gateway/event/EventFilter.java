package dev.skep.gateway.event;

import dev.skep.gateway.api.Filters;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of the swarm's events a client wants, by the engine's rules. Events of tasks, which no
 * client of Swarm expects, only go to who names their type.
 */
record EventFilter(Filters filters) implements Predicate<SwarmEvent> {
  static final Set<String> KEYS =
      Set.of(
          "config",
          "container",
          "daemon",
          "event",
          "image",
          "label",
          "network",
          "node",
          "plugin",
          "scope",
          "secret",
          "service",
          "type",
          "volume");

  /** Keys whose values begin an object's id or name, whatever the object is. */
  private static final List<String> NAMES =
      List.of(
          "config",
          "container",
          "daemon",
          "network",
          "node",
          "plugin",
          "secret",
          "service",
          "volume");

  /** Whether any event of the swarm can be wanted. */
  boolean wantsSwarm() {
    return filters.exactly("scope", "swarm");
  }

  /** Whether any event of the engine can be wanted. */
  boolean wantsLocal() {
    return filters.exactly("scope", "local");
  }

  @Override
  public boolean test(SwarmEvent event) {
    return wantsSwarm()
        && (event.ofTask()
            ? filters.get("type").contains(event.type())
            : filters.exactly("type", event.type()))
        && filters.exactly("event", event.action())
        && filters.labels("label", event.attributes())
        && !filters.has("image")
        && NAMES.stream().allMatch(key -> named(key, event));
  }

  private boolean named(String key, SwarmEvent event) {
    return filters.prefix(key, event.id())
        || filters.prefix(key, event.attributes().getOrDefault("name", ""))
        || (event.ofTask()
            && filters.prefix(key, event.attributes().getOrDefault(key + ".id", "")));
  }
}
