/**
 * From a task to the container it asks for: the body of the engine's create call, the templates in
 * it, the files of secrets and configs.
 *
 * <p>All of it is pure but {@link dev.skep.node.container.TaskFiles}. Start at {@link
 * dev.skep.node.container.ContainerRequest}.
 */
@NullMarked
package dev.skep.node.container;

import org.jspecify.annotations.NullMarked;
