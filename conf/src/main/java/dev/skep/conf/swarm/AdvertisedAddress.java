package dev.skep.conf.swarm;

import dev.skep.conf.Loopback;
import dev.skep.store.membership.MembershipException;
import org.jspecify.annotations.Nullable;

/**
 * Where a node is reached.
 *
 * @param host the node's own address
 * @param port of its control port
 */
record AdvertisedAddress(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /**
   * From what the API's init and join requests say; the daemon's own address where they leave it
   * out. Throws {@link MembershipException} in the API's words.
   *
   * @param listen such as 0.0.0.0:2377; only its port matters, because the control port binds the
   *     node's own address
   * @param advertise such as 127.0.0.2 or 127.0.0.2:2377
   */
  static AdvertisedAddress from(@Nullable String listen, @Nullable String advertise, String own) {
    if (listen == null || listen.isEmpty()) {
      throw new MembershipException(400, "invalid ListenAddr \"\": invalid empty address");
    }
    int port = port("ListenAddr", listen, ControlPort.DEFAULT_PORT);
    if (advertise == null || advertise.isEmpty()) {
      return new AdvertisedAddress(own, port);
    }
    String host = host(advertise);
    if (host.equals("0.0.0.0")) {
      throw new MembershipException(400, "advertise address must be a non-zero IP address");
    }
    if (!Loopback.is(host)) {
      throw new MembershipException(
          400,
          "advertise address %s is not a loopback IPv4 address; Skep binds 127.0.0.0/8 only, because traffic between nodes is not encrypted yet"
              .formatted(host));
    }
    return new AdvertisedAddress(host, port("AdvertiseAddr", advertise, port));
  }

  /** host:port of a manager to join; the control port's default when none is given. */
  static AdvertisedAddress remote(String address) {
    return new AdvertisedAddress(
        host(address), port("RemoteAddrs", address, ControlPort.DEFAULT_PORT));
  }

  private static String host(String address) {
    int colon = address.lastIndexOf(':');
    return colon < 0 ? address : address.substring(0, colon);
  }

  private static int port(String field, String address, int otherwise) {
    int colon = address.lastIndexOf(':');
    if (colon < 0) {
      return otherwise;
    }
    String digits = address.substring(colon + 1);
    int port = digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new MembershipException(
          400, "invalid %s \"%s\": invalid port".formatted(field, address));
    }
    return port;
  }
}
