/**
 * Makes this host agree with its assignments: the agent that drives the local engine. The agent
 * decides nothing about what should run where, and touches no container that does not carry its own
 * node's id.
 *
 * <p>{@link dev.skep.node.agent} talks with the leader; {@link dev.skep.node.task} brings each task
 * to where it is wanted; {@link dev.skep.node.container}, {@link dev.skep.node.image}, {@link
 * dev.skep.node.network} and {@link dev.skep.node.dns} are what a task needs for that; {@link
 * dev.skep.node.log} and {@link dev.skep.node.tunnel} let others look at it; {@link
 * dev.skep.node.concurrent} is how all of it waits.
 *
 * <p>Start at {@link dev.skep.node.NodeVerticle}, which only wires.
 */
@NullMarked
package dev.skep.node;

import org.jspecify.annotations.NullMarked;
