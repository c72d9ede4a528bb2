package dev.skep.node.dns;

import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;

/**
 * Where a network's questions are taken.
 *
 * @param address the host's own on the network, at which it listens
 * @param subnet of the network: who asks from elsewhere is a stranger
 */
public record DnsEndpoint(String networkId, IpAddress address, Subnet subnet) {
  /** Whether the asker's address, as text, is the network's own. */
  boolean covers(String asker) {
    return IpAddress.find(asker).filter(subnet::contains).isPresent();
  }
}
