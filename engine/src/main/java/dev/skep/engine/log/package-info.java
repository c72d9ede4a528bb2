/**
 * A container's log as the engine sends it: frames, or bare lines of a terminal. Start at {@link
 * dev.skep.engine.log.LogStream}. It must never hold more than one line and what one read brought.
 */
@NullMarked
package dev.skep.engine.log;

import org.jspecify.annotations.NullMarked;
