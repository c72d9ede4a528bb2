package dev.skep.ingress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** {@code host:port} with a literal address: {@code 127.0.0.2:7946}, {@code [::1]:7946}. */
final class HostPort {
  private static final int MAX_PORT = 65_535;

  private HostPort() {}

  /**
   * Reads {@code text} without asking any name server.
   *
   * @throws IllegalArgumentException when it is not a literal address and a port
   */
  static InetSocketAddress parse(String text) {
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

  static InetSocketAddress of(String literal, int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("not a port: " + port);
    }
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host)
        + ":"
        + address.getPort();
  }
}
