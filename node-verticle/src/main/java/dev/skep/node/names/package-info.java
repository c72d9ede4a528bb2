/**
 * Answers the names of services for this node's containers: where the tasks are that take
 * connections now, and no others.
 *
 * <p>{@link dev.skep.node.names.NameTable} decides, from where a question comes, what answers it;
 * {@link dev.skep.node.names.Responder} listens at the gateway of each network and asks the table;
 * {@link dev.skep.node.names.Forwarder} hands what is no service's name to the servers outside. The
 * table is filled from the tasks of this node; nothing here knows where its members come from.
 *
 * <p>Start at {@link dev.skep.node.names.Names}.
 */
@NullMarked
package dev.skep.node.names;

import org.jspecify.annotations.NullMarked;
