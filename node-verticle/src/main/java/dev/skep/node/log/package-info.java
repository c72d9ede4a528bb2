/**
 * The logs of this node's tasks, as fast as each reader asks for them, and the last lines of those
 * that ended. Of tasks it knows what {@link dev.skep.node.log.LoggedTask} says, and it changes
 * none.
 *
 * <p>Start at {@link dev.skep.node.log.LogServer}.
 */
@NullMarked
package dev.skep.node.log;

import org.jspecify.annotations.NullMarked;
