package dev.skep.store.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A literal IP address with a port. As text: {@code 127.0.0.2:7946}, {@code [::1]:7946}.
 *
 * @param port 0 to 65535; 0 stands for a port that the system chooses
 */
public record HostPort(IpAddress address, int port) {
  private static final int MAX_PORT = 65_535;

  public HostPort {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("not a port: " + port);
    }
  }

  /**
   * @throws IllegalArgumentException when {@code literal} is not a literal address, such as a name
   */
  public static HostPort of(String literal, int port) {
    return new HostPort(IpAddress.parse(literal), port);
  }

  /**
   * Reads {@code text} without asking any name server.
   *
   * @throws IllegalArgumentException when it is not a literal address and a port
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not an address with a port: " + text);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return of(host, Integer.parseInt(text.substring(colon + 1)));
  }

  /** The same address with another port. */
  public HostPort withPort(int other) {
    return new HostPort(address, other);
  }

  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(InetAddress.ofLiteral(address.toString()), port);
  }

  @Override
  public String toString() {
    return (address.v6() ? "[" + address + "]" : address) + ":" + port;
  }
}
