/**
 * HTTP/1.1 as Go's server and the engine read and write it: heads, bodies, targets, and their
 * bounds.
 *
 * <p>Start at {@link dev.skep.gateway.proxy.http.RequestDecoder}. Everything here works on bytes
 * and heads alone. It must never know who answers a request, and never be more lenient than the
 * engine: what the two read differently is a way past the guard.
 */
@NullMarked
package dev.skep.gateway.proxy.http;

import org.jspecify.annotations.NullMarked;
