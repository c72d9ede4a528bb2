/**
 * Placement constraints: expressions over a node, such as {@code node.labels.disk==ssd}. The
 * gateway parses them to refuse bad ones, the scheduler to choose nodes; start with {@link
 * dev.skep.store.constraint.Constraint}.
 */
@NullMarked
package dev.skep.store.constraint;

import org.jspecify.annotations.NullMarked;
