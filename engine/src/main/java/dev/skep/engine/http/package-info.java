/**
 * The Engine API's HTTP: connections, versions, answers, and failures as exceptions. It knows
 * nothing of what the calls mean.
 *
 * <p>Every call fails with {@link dev.skep.engine.http.EngineException} when the engine refused it,
 * and with {@link dev.skep.engine.http.EngineUnavailableException} when nobody can say whether the
 * engine did it.
 */
@NullMarked
package dev.skep.engine.http;

import org.jspecify.annotations.NullMarked;
