/**
 * The Engine API's HTTP: connections, versions, answers, and failures as exceptions. It knows
 * nothing of what the calls mean.
 *
 * <p>Start at {@link dev.skep.engine.http.EngineClient}. A call fails with {@link
 * dev.skep.engine.http.EngineUnavailableException} when nobody can say whether the engine did it.
 * One that the engine refused is an answer here, and {@link dev.skep.engine.http.EngineException}
 * for those who ask for it.
 *
 * <p>There are two questions about versions. Which one to speak with an engine: {@link
 * dev.skep.engine.http.ApiVersion#negotiate}. Which ones an engine serves, so that a client's
 * request can be passed on in one of them: {@link dev.skep.engine.http.ServedVersions}.
 */
@NullMarked
package dev.skep.engine.http;

import org.jspecify.annotations.NullMarked;
