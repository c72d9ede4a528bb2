/**
 * Makes this host agree with its assignments: the agent that drives the local engine.
 *
 * <p>{@link dev.skep.node.TaskStep} decides, from what is wanted and what is seen, the one next
 * step of a task; {@link dev.skep.node.TaskKeeper} carries steps out through the engine and tells
 * {@link dev.skep.node.TaskReporter} how far each task is; {@link dev.skep.node.LeaderSession}
 * receives assignments from the leader. The agent decides nothing about what should run where, and
 * touches no container that does not carry its own node's id.
 *
 * <p>Start at {@link dev.skep.node.NodeVerticle}.
 */
@NullMarked
package dev.skep.node;

import org.jspecify.annotations.NullMarked;
