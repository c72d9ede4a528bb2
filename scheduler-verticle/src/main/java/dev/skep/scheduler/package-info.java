/**
 * What should run where. {@link dev.skep.scheduler.SchedulerVerticle} works on the leader only and
 * wires; {@link dev.skep.scheduler.ControlLoop} is the one loop that reads a snapshot, lets the
 * pure packages decide, and commits; {@link dev.skep.scheduler.Dispatcher} talks to the agents.
 *
 * <p>Nothing here keeps a fact that a new leader would miss: sessions, heartbeats and the fleet's
 * counts are soft state, made again from the snapshot and from what agents say.
 */
@NullMarked
package dev.skep.scheduler;

import org.jspecify.annotations.NullMarked;
