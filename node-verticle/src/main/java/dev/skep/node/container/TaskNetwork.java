package dev.skep.node.container;

import java.util.List;
import java.util.Map;

/**
 * A network of the engine that a task's container joins.
 *
 * @param engineName the engine's name for it
 * @param predefined whether it is one of the engine's own (host, bridge, none), which know no
 *     aliases
 * @param aliases names by which other containers on the network find this one
 */
public record TaskNetwork(
    String engineName,
    boolean predefined,
    List<String> aliases,
    Map<String, String> driverOptions) {
  public TaskNetwork {
    aliases = List.copyOf(aliases);
    driverOptions = Map.copyOf(driverOptions);
  }
}
