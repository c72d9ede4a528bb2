/**
 * What should run where. {@link dev.skep.scheduler.SchedulerVerticle} works on the leader only: it
 * makes one {@link dev.skep.scheduler.leader.LeaderTerm} for each leadership and ends it.
 *
 * <p>Start there, then read {@code leader.ControlLoop}: the one loop that reads a snapshot, lets
 * the pure packages ({@code orchestrate}, {@code place}, {@code allocate}, {@code liveness})
 * decide, and commits. {@code dispatch} talks to the agents. {@code routes} tells the ingresses.
 *
 * <p>Nothing here keeps a fact that a new leader would miss: sessions, heartbeats and the fleet's
 * counts are soft state, made again from the snapshot and from what agents say.
 */
@NullMarked
package dev.skep.scheduler;

import org.jspecify.annotations.NullMarked;
