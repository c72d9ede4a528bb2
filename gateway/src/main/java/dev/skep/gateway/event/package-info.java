/**
 * The events of the swarm, read off the store's commits, merged with those of the host's engine.
 */
@NullMarked
package dev.skep.gateway.event;

import org.jspecify.annotations.NullMarked;
