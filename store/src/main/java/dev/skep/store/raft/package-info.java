/**
 * The embedded durable store: the log of transactions is a Raft log (Apache Ratis) under the data
 * directory, fsynced before a commit is acknowledged. {@code raft.file} looks at the files before
 * Ratis does. Nobody outside knows Ratis. Start with {@link dev.skep.store.raft.RaftStore}.
 */
@NullMarked
package dev.skep.store.raft;

import org.jspecify.annotations.NullMarked;
