/**
 * Where the swarm shows in the engine's own containers: what is a task, what may join a network.
 */
@NullMarked
package dev.skep.gateway.container;

import org.jspecify.annotations.NullMarked;
