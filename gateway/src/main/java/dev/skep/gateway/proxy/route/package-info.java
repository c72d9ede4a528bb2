/**
 * Who answers a request: Skep's own routes, the host's engine, or another node's.
 *
 * <p>Start at {@link dev.skep.gateway.proxy.route.LocalRoutes} and {@link
 * dev.skep.gateway.proxy.route.EngineRoutes}, the two questions that the proxy asks. The answers
 * are given on the threads that carry bytes, so nothing here may block.
 */
@NullMarked
package dev.skep.gateway.proxy.route;

import org.jspecify.annotations.NullMarked;
