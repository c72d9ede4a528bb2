package dev.skep.node.network;

import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import org.jspecify.annotations.Nullable;

/**
 * A swarm network as it is on this node.
 *
 * @param engineName the engine's name for it
 * @param subnet of IPv4; null when it has none
 * @param dnsAddress at which this node can answer names for its containers, within the subnet; null
 *     when there is none
 */
public record LocalNetwork(
    String networkId, String engineName, @Nullable Subnet subnet, @Nullable IpAddress dnsAddress) {}
