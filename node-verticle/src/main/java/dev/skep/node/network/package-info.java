/**
 * The swarm's networks on this host. {@link dev.skep.node.network.NodeNetworks} knows which tasks
 * use which; a {@link dev.skep.node.network.NetworkDriver} makes them, and {@link
 * dev.skep.node.network.BridgeDriver} is the only one there is. A driver for networks that span
 * hosts is one more class here.
 *
 * <p>Nobody outside this package knows how a network is made, or the engine's names for networks
 * but by asking {@code NodeNetworks}. Nothing here decides who is on which network.
 */
@NullMarked
package dev.skep.node.network;

import org.jspecify.annotations.NullMarked;
