/**
 * The cluster's state as values: the snapshot that is read, the transaction that changes it, the
 * commit that comes of both, and why one is refused. Pure: no store, no thread, no clock. Start
 * with {@link dev.skep.store.state.ClusterState} and {@link dev.skep.store.state.Transaction}. It
 * must never know how or where transactions are kept.
 */
@NullMarked
package dev.skep.store.state;

import org.jspecify.annotations.NullMarked;
