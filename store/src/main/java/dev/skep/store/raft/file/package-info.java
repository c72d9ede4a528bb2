/**
 * What lies in a Raft store's directory: whose it is, the key, the log, the snapshots. Looking at
 * files changes none, and what is not whole is named before anything is opened. It must never start
 * or call Ratis's server. Start with {@code StoreFiles}.
 */
@NullMarked
package dev.skep.store.raft.file;

import org.jspecify.annotations.NullMarked;
