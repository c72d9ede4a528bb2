/**
 * The Docker Engine's HTTP API, spoken over its Unix socket.
 *
 * <p>Start at {@link dev.skep.engine.Engine}. This package knows containers, networks and images;
 * it knows nothing of tasks or services, and never decides anything. Every call fails with {@link
 * dev.skep.engine.http.EngineException} when the engine refused it, and with {@link
 * dev.skep.engine.http.EngineUnavailableException} when nobody can say whether the engine did it.
 */
@NullMarked
package dev.skep.engine;

import org.jspecify.annotations.NullMarked;
