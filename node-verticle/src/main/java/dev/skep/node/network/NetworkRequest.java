package dev.skep.node.network;

import dev.skep.store.model.Network;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import org.jspecify.annotations.Nullable;

/**
 * A swarm network that is wanted on this node.
 *
 * @param addressing what the manager allocated to it; null where the driver is to choose
 */
public record NetworkRequest(Network network, @Nullable Addressing addressing) {
  /**
   * Addresses of a network on this node.
   *
   * @param subnet the same on all nodes
   * @param gateway this node's own address in it
   */
  public record Addressing(Subnet subnet, IpAddress gateway) {
    public Addressing {
      if (!subnet.contains(gateway)) {
        throw new IllegalArgumentException(gateway + " is not in " + subnet);
      }
    }
  }

  /** One whose addresses the driver chooses. */
  public static NetworkRequest of(Network network) {
    return new NetworkRequest(network, null);
  }

  String id() {
    return network.id();
  }

  boolean internal() {
    return Boolean.TRUE.equals(network.spec().internal());
  }
}
