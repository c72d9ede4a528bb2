package dev.skep.store.replica;

import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Promise;

/**
 * A transaction that this member handed to the log and that it has not applied yet.
 *
 * @param transaction as it was read back from its JSON, so that every member applies the same
 */
public record Pending(Transaction transaction, Promise<Commit> promise) {}
