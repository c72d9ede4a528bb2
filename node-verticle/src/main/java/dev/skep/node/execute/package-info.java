/**
 * What a task's steps take on this host: calls of the engine, networks, files, the ingress. It is
 * the {@link dev.skep.node.task.TaskExecutor} of {@link dev.skep.node.task}; it keeps no state of
 * tasks and decides nothing about them.
 *
 * <p>Start at {@link dev.skep.node.execute.EngineTaskExecutor}.
 */
@NullMarked
package dev.skep.node.execute;

import org.jspecify.annotations.NullMarked;
