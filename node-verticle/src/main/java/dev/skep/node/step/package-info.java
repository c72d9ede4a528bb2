/**
 * The one next step of a task, decided from what is wanted of it, how far it is reported, and what
 * is seen of its container. Pure: nothing here waits, looks at a clock or touches anything. Start
 * at {@link dev.skep.node.step.TaskStep}.
 */
@NullMarked
package dev.skep.node.step;

import org.jspecify.annotations.NullMarked;
