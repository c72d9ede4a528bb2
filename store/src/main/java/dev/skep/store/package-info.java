/**
 * The store's contract: an immutable snapshot to read, a transaction to change it, a watch to
 * follow it.
 *
 * <p>Start with {@link dev.skep.store.Store}. {@link dev.skep.store.ClusterState} decides what a
 * transaction does; every store (memory, raft) only orders and keeps transactions, so all behave
 * alike. This room must never know who uses it.
 */
@NullMarked
package dev.skep.store;

import org.jspecify.annotations.NullMarked;
