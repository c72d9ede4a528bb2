package dev.skep.node.network;

import dev.skep.node.dns.DnsEndpoint;
import dev.skep.node.dns.LocalDns;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where this node answers the names of services, on each of its networks. */
final class DnsListeners {
  private static final Logger LOG = LoggerFactory.getLogger(DnsListeners.class);

  private final LocalDns dns;
  private final Map<String, IpAddress> listening = new HashMap<>();

  DnsListeners(LocalDns dns) {
    this.dns = dns;
  }

  /** The address at which names are answered on a network; empty while they are not. */
  Optional<IpAddress> at(String networkId) {
    return Optional.ofNullable(listening.get(networkId));
  }

  /**
   * Answers names on a network, if its address for that is to be had.
   *
   * @return whether the network has such an address, so that a later try could succeed
   */
  boolean listen(LocalNetwork network) {
    IpAddress address = network.dnsAddress();
    Subnet subnet = network.subnet();
    if (address == null || subnet == null) {
      return false;
    }
    try {
      dns.listen(new DnsEndpoint(network.networkId(), address, subnet)).await();
      listening.put(network.networkId(), address);
    } catch (CancellationException e) {
      throw e;
    } catch (Exception e) { // await throws what the future failed with, checked or not
      LOG.atWarn()
          .addKeyValue("network", network.networkId())
          .addKeyValue("address", address + ":53")
          .addKeyValue("cause", e.getMessage())
          .log(
              "cannot answer the names of services on a network, so the engine will, with tasks that"
                  + " are still starting too; free the port (is another DNS server on 0.0.0.0:53?)");
    }
    return true;
  }

  void close(String networkId) {
    listening.remove(networkId);
    dns.close(networkId).await();
  }

  void closeAll() {
    Set.copyOf(listening.keySet()).forEach(this::close);
  }
}
