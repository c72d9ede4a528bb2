/**
 * The road between a client of the Engine API and whoever answers it: the host's own engine, or
 * Skep itself.
 *
 * <p>Start at {@link dev.skep.gateway.proxy.GatewayServer}: it listens where clients connect. Each
 * request is read only as far as its head, then carried byte for byte to the engine, unless {@link
 * dev.skep.gateway.proxy.LocalRoutes} claims it; a claimed request reaches the routes as a Vert.x
 * request, and they may use {@link dev.skep.gateway.proxy.EngineProxy} to ask the engine or to pass
 * the request on in another form.
 *
 * <p>This room knows HTTP and sockets. It must never know what a service, a node or a task is, must
 * never hold a body in memory that it was not asked to transform, and must never put a timer on a
 * stream: `docker logs -f` may be silent for a week. Why it stands on Netty is told in
 * docs/decisions/0001-engine-proxy.md.
 */
@NullMarked
package dev.skep.gateway.proxy;

import org.jspecify.annotations.NullMarked;
