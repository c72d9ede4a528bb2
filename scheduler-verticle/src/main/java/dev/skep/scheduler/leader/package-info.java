/**
 * One leadership: the loop that turns what happened into one commit after another. Start with
 * {@link dev.skep.scheduler.leader.LeaderTerm}, which wires, then read {@code ControlLoop} (a turn)
 * and {@code ReconcileQueue} (which services a turn looks at).
 *
 * <p>It never decides itself: the pure packages do. It keeps nothing that a new leader would miss.
 */
@NullMarked
package dev.skep.scheduler.leader;

import org.jspecify.annotations.NullMarked;
