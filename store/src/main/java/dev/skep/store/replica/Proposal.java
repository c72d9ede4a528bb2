package dev.skep.store.replica;

import dev.skep.store.state.Commit;
import io.vertx.core.Future;

/**
 * A transaction that this member handed to its store's order and has not applied yet.
 *
 * @param id tells it from this replica's others
 * @param future completes when it was applied here, or will not be known to be
 */
public record Proposal(long id, Future<Commit> future) {}
