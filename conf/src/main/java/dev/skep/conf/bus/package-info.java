/**
 * The event bus between the daemons: its members and who may connect to them. Start with {@link
 * dev.skep.conf.bus.BusCluster}. Both ends of every connection show that they know the swarm's bus
 * secret before either reads another byte of it; what is spoken afterwards is Hazelcast's and
 * Vert.x's own.
 */
@NullMarked
package dev.skep.conf.bus;

import org.jspecify.annotations.NullMarked;
