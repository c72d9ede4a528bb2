/**
 * The engine's networks that stand for the swarm's on this host. Today each is a bridge of this
 * node's own; which containers share one is the node's business alone.
 */
@NullMarked
package dev.skep.node.network;

import org.jspecify.annotations.NullMarked;
