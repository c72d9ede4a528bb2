/**
 * Answers the names of services for this node's containers: where the tasks are that take
 * connections now, and no others.
 *
 * <p>{@link dev.skep.node.dns.NameTable} decides, from where a question comes, what answers it;
 * {@link dev.skep.node.dns.DnsServer} listens at the gateway of each network and asks the table;
 * {@link dev.skep.node.dns.Forwarder} hands what is no service's name to the servers outside. The
 * table is filled from the tasks of this node; nothing here knows where its members come from.
 *
 * <p>Start at {@link dev.skep.node.dns.LocalDns}.
 */
@NullMarked
package dev.skep.node.dns;

import org.jspecify.annotations.NullMarked;
