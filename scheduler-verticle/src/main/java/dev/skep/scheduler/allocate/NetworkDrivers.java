package dev.skep.scheduler.allocate;

import dev.skep.store.model.Network;
import dev.skep.store.model.spec.Driver;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the kinds of network need from the manager, by the names of their drivers. A driver that is
 * not named needs nothing: each node's engine gives its own addresses.
 */
public record NetworkDrivers(Map<String, Capabilities> byName) {
  /** Every network is a bridge of its node, whatever driver was asked for. */
  public static final NetworkDrivers LOCAL = new NetworkDrivers(Map.of());

  /**
   * What the networks of a driver take.
   *
   * @param managedAddresses subnet, gateways of nodes, addresses of tasks and services come from
   *     the manager
   * @param vxlan each network has a VXLAN id of its own in the whole cluster
   */
  public record Capabilities(boolean managedAddresses, boolean vxlan) {
    static final Capabilities NONE = new Capabilities(false, false);
  }

  public NetworkDrivers {
    byName = Map.copyOf(byName);
  }

  /** Whether no network needs anything from the manager. */
  public boolean local() {
    return byName.isEmpty();
  }

  /** Whether the network's addresses come from the manager. */
  public boolean manages(Network network) {
    return of(network).managedAddresses();
  }

  Capabilities of(Network network) {
    if (network.predefined()) {
      return Capabilities.NONE;
    }
    return byName.getOrDefault(driver(network), Capabilities.NONE);
  }

  /** The driver's name; empty when none is named. */
  static String driver(Network network) {
    String given = name(network.driverState());
    return given.isEmpty() ? name(network.spec().driverConfiguration()) : given;
  }

  private static String name(@Nullable Driver driver) {
    return driver == null || driver.name() == null ? "" : driver.name();
  }
}
