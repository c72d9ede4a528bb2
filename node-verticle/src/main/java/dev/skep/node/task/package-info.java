/**
 * The tasks of this node. A {@link dev.skep.node.task.ManagedTask} owns all that is known of one
 * task and brings it to where it is wanted, one {@link dev.skep.node.step step} after another; a
 * {@link dev.skep.node.task.TaskExecutor} carries the steps out. Nothing here decides what should
 * run where, and nothing here knows the engine's calls.
 *
 * <p>Start at {@link dev.skep.node.task.TaskReconciler}, then {@code ManagedTask} and {@code
 * TaskSteps}.
 */
@NullMarked
package dev.skep.node.task;

import org.jspecify.annotations.NullMarked;
