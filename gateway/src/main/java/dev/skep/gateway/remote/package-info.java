/**
 * Commands on a container of the swarm, wherever it runs: finds the task that a request names, and
 * the way to the engine of its node.
 *
 * <p>Start at {@link dev.skep.gateway.remote.RemoteTasks}. This room must never carry bytes itself:
 * it answers {@link dev.skep.gateway.proxy.route.EngineRoutes}, and the proxy does the rest.
 */
@NullMarked
package dev.skep.gateway.remote;

import org.jspecify.annotations.NullMarked;
