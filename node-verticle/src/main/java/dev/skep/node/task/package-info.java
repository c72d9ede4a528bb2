/**
 * One task after another brought to where it is wanted: {@link dev.skep.node.task.TaskStep} decides
 * the one next step from what is wanted and what is seen, {@link dev.skep.node.task.TaskReconciler}
 * takes it. Nothing here decides what should run where, and no container is touched that does not
 * carry this node's own id.
 *
 * <p>Start at {@link dev.skep.node.task.TaskStep}, then {@link dev.skep.node.task.TaskReconciler}.
 */
@NullMarked
package dev.skep.node.task;

import org.jspecify.annotations.NullMarked;
