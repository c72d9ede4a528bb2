/**
 * Commands on a container of the swarm, wherever it runs: finds the task that a request names, and
 * the way to the engine of its node. Start with {@link dev.skep.gateway.anywhere.Anywhere}.
 */
@NullMarked
package dev.skep.gateway.anywhere;

import org.jspecify.annotations.NullMarked;
