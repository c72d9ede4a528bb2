package dev.skep.store.bus.message;

import dev.skep.store.model.Sensitive;

/**
 * The way to a node's engine for another member of the swarm: asked for on the bus, walked on a TCP
 * connection of its own, so that raw streams keep their back-pressure and their half-closes.
 */
public final class TunnelMessages {
  /** A ticket that was not used for so long is void. */
  public static final long TICKET_MILLIS = 10_000;

  private TunnelMessages() {}

  /**
   * @param from the node that asks
   */
  public record OpenTunnel(String from) {}

  /**
   * Connect to {@code host:port}, send the ticket and a line feed; from then on the connection is
   * one to the engine's socket.
   *
   * @param ticket good for one connection, within {@link #TICKET_MILLIS}
   * @param minApiVersion the oldest API version that the engine serves, such as 1.12
   * @param apiVersion the newest, such as 1.41
   */
  public record TunnelOpened(
      String host, int port, Sensitive ticket, String minApiVersion, String apiVersion) {}
}
