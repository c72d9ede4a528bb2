/**
 * The host's own engine, as Skep's routes use it: ask it, listen to it, or pass a client's request
 * on to it in another form.
 *
 * <p>Start at {@link dev.skep.gateway.engine.EngineProxy}. The client of the Engine API itself is
 * the module {@code engine}; this room adds what a gateway needs: a client's request and its
 * answer. It must never know what a service, a node or a task is.
 */
@NullMarked
package dev.skep.gateway.engine;

import org.jspecify.annotations.NullMarked;
