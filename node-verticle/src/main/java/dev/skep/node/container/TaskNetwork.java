package dev.skep.node.container;

import java.util.List;
import java.util.Map;

/**
 * A network of the engine that a task's container joins.
 *
 * @param engineName the engine's name for it
 * @param predefined whether it is one of the engine's own (host, bridge, none), which know no
 *     aliases
 * @param nameServer the address at which this node answers names on it; empty when the engine has
 *     to
 * @param aliases names by which the engine lets other containers on the network find this one; none
 *     where the node answers
 */
public record TaskNetwork(
    String engineName,
    boolean predefined,
    String nameServer,
    List<String> aliases,
    Map<String, String> driverOptions) {
  public TaskNetwork {
    aliases = List.copyOf(aliases);
    driverOptions = Map.copyOf(driverOptions);
  }
}
