/**
 * The way to this node's engine for the other members of its swarm: a connection that shows a
 * ticket, handed out on the bus, is joined with the engine's socket byte for byte. Start with
 * {@link dev.skep.node.tunnel.TunnelRequests}. It never looks at what passes.
 */
@NullMarked
package dev.skep.node.tunnel;

import org.jspecify.annotations.NullMarked;
