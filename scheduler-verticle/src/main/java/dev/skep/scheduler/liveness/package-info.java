/**
 * Who is alive: a node's lease runs from its last heartbeat. Pure; soft state that a new leader
 * starts afresh, with a grace for every node to report.
 */
@NullMarked
package dev.skep.scheduler.liveness;

import org.jspecify.annotations.NullMarked;
