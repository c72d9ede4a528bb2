/**
 * This host's membership: founding, joining and leaving a swarm, coming back into it after a
 * restart, and the parts that run while it lasts. Start with {@link
 * dev.skep.conf.swarm.SwarmMembership}.
 */
@NullMarked
package dev.skep.conf.swarm;

import org.jspecify.annotations.NullMarked;
