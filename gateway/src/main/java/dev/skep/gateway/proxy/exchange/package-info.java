/**
 * One request and its answer, carried between two connections on one event loop.
 *
 * <p>Start at {@link dev.skep.gateway.proxy.exchange.DownstreamConnection}, the client's side,
 * which starts an {@link dev.skep.gateway.proxy.exchange.Exchange} for each request. This room must
 * never block, never wait for a future on the event loop, and never read from one side what the
 * other side does not take.
 */
@NullMarked
package dev.skep.gateway.proxy.exchange;

import org.jspecify.annotations.NullMarked;
