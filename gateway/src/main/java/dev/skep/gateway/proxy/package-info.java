/**
 * The server that clients of the Engine API connect to.
 *
 * <p>Start at {@link dev.skep.gateway.proxy.GatewayServer}: it listens where clients connect. Each
 * request is read only as far as its head ({@code proxy.http}). Then it is decided who answers it
 * ({@code proxy.route}): the host's own engine, another node's, or Skep's own routes. Then it is
 * carried there byte for byte ({@code proxy.exchange}).
 *
 * <p>This room knows HTTP and sockets. It must never know what a service, a node or a task is, must
 * never hold a body in memory that it was not asked to transform, and must never put a timer on a
 * stream: `docker logs -f` may be silent for a week. Why it stands on Netty is told in
 * docs/decisions/0001-engine-proxy.md.
 */
@NullMarked
package dev.skep.gateway.proxy;

import org.jspecify.annotations.NullMarked;
