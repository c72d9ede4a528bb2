/**
 * A client of the Docker Engine API, over the engine's Unix socket.
 *
 * <p>Start at {@link dev.skep.engine.Engine}: the calls, with what they give as records. Below it,
 * {@code engine.http} has connections, versions, streams and failures, for whoever passes requests
 * on rather than makes them; {@code engine.log} has containers' logs.
 *
 * <p>This room knows containers, networks and images. It must never know tasks or services, nor
 * anything else of Skep's, and it never decides anything.
 */
@NullMarked
package dev.skep.engine;

import org.jspecify.annotations.NullMarked;
