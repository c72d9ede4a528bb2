/**
 * The embedded durable store: the log of transactions is a Raft log (Apache Ratis) under the data
 * directory, fsynced before a commit is acknowledged.
 */
@NullMarked
package dev.skep.store.raft;

import org.jspecify.annotations.NullMarked;
