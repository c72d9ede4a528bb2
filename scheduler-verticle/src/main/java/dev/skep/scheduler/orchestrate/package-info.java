/**
 * Which tasks there should be. {@link dev.skep.scheduler.orchestrate.Orchestrator} looks at one
 * service in a {@link dev.skep.scheduler.orchestrate.Plan}: its mode's class says how many tasks,
 * {@link dev.skep.scheduler.orchestrate.SlotReconciler} replaces those that ended or cannot stay,
 * {@link dev.skep.scheduler.orchestrate.RollingUpdate} those that are out of date, and {@link
 * dev.skep.scheduler.orchestrate.Reaper} forgets the oldest. Then {@link
 * dev.skep.scheduler.orchestrate.Allocating} gives them addresses, {@link
 * dev.skep.scheduler.orchestrate.Placing} nodes, and {@link
 * dev.skep.scheduler.orchestrate.Gateways} gives these nodes their own addresses.
 *
 * <p>Pure: everything follows from the snapshot and the time that the plan carries. What a decision
 * needs to know of the past is in the tasks and the service, so a new leader goes on where the old
 * one stopped.
 */
@NullMarked
package dev.skep.scheduler.orchestrate;

import org.jspecify.annotations.NullMarked;
