/**
 * The event bus between the daemons: its members and who may connect to them. Start with {@link
 * dev.skep.conf.bus.BusCluster}. Behind a node's door every connection is mutual TLS ({@link
 * dev.skep.conf.bus.PeerTls}): beneath Hazelcast's own handlers for its members ({@code
 * MemberTls}), beneath Vert.x for the messages ({@code BusTls}). Without a door both ends show that
 * they know the swarm's bus secret. Either way nobody reads a byte of a peer that does not belong.
 * What is spoken afterwards is Hazelcast's and Vert.x's own. Never anything here that knows what
 * the messages say.
 */
@NullMarked
package dev.skep.conf.bus;

import org.jspecify.annotations.NullMarked;
