package dev.skep.node.container;

import dev.skep.store.net.IpAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network of the engine that a task's container joins.
 *
 * @param engineName the engine's name for it
 * @param predefined whether it is one of the engine's own (host, bridge, none), which know no
 *     aliases
 * @param address that the container is to have on it; null lets the engine choose
 * @param nameServer the address at which this node answers names on it; empty when the engine has
 *     to
 * @param aliases names by which the engine lets other containers on the network find this one; none
 *     where the node answers
 */
public record TaskNetwork(
    String engineName,
    boolean predefined,
    @Nullable IpAddress address,
    String nameServer,
    List<String> aliases,
    Map<String, String> driverOptions) {
  public TaskNetwork {
    aliases = List.copyOf(aliases);
    driverOptions = Map.copyOf(driverOptions);
  }

  /** One of the engine's own networks. */
  public static TaskNetwork predefined(String engineName, Map<String, String> driverOptions) {
    return new TaskNetwork(engineName, true, null, "", List.of(), driverOptions);
  }
}
