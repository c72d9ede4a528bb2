package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import java.util.Set;

/**
 * What a data plane can do. The verticle refuses in words what its plane cannot.
 *
 * @param name of the plane, as users read it: {@code user-space}
 * @param protocols that it can publish: tcp, udp, sctp
 * @param hostAddress whether it leads to tasks that have no address but their node's own
 * @param drainsToRest whether its drain ends when a task's connections have come to rest; else it
 *     ends at once, and established connections last as long as their task
 * @param clientAddress whether a task sees the address of the client, not that of a node
 */
public record PlaneCapabilities(
    String name,
    Set<String> protocols,
    boolean hostAddress,
    boolean drainsToRest,
    boolean clientAddress) {
  public PlaneCapabilities {
    protocols = Set.copyOf(protocols);
  }

  boolean serves(Port port) {
    return protocols.contains(port.protocol());
  }

  RefusedPort unsupported(Port port) {
    return new RefusedPort(
        port.port(),
        port.protocol(),
        port.protocol() + " is not supported by the " + name + " ingress yet");
  }

  RefusedPort noHostAddress(Port port) {
    return new RefusedPort(
        port.port(),
        port.protocol(),
        "the " + name + " ingress does not lead to tasks on the host's network");
  }
}
