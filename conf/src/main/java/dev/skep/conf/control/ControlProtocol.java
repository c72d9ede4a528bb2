package dev.skep.conf.control;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What is spoken on the control port, told apart by the protocol names of ALPN (RFC 7301). Where a
 * peer offers several, the first of this list counts: HTTP clients that know HTTP/2 offer both, and
 * gRPC offers {@code h2} alone.
 */
public enum ControlProtocol {
  /** The control API, where hosts ask to join. */
  API("http/1.1"),
  /** The store's replication, which is gRPC. */
  RAFT("h2"),
  /** The messages of the event bus. */
  BUS("skep-bus"),
  /** The event bus's members, which is Hazelcast's own protocol. */
  MEMBERS("hazelcast-member"),
  /** The ingress's relay between nodes. */
  MESH("skep-mesh"),
  /** Connections to a node's engine. */
  TUNNEL("skep-tunnel");

  private final String alpn;

  ControlProtocol(String alpn) {
    this.alpn = alpn;
  }

  /** The name in ALPN. */
  public String alpn() {
    return alpn;
  }

  /** The one that is meant by a peer who offers these names. */
  static @Nullable ControlProtocol of(Collection<String> offered) {
    for (ControlProtocol protocol : values()) {
      if (offered.contains(protocol.alpn)) {
        return protocol;
      }
    }
    return null;
  }
}
