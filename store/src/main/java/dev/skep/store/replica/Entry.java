package dev.skep.store.replica;

import dev.skep.store.state.Transaction;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * One entry of the order that a store's members agree on.
 *
 * @param index its place; grows
 * @param term in which its leader took it
 * @param proposal the id of this replica's own proposal; empty when another member's
 * @param transaction reads it; asked only where this member does not have it in memory
 * @param bytes that it takes in the store's log
 */
public record Entry(
    long index, long term, OptionalLong proposal, Supplier<Transaction> transaction, int bytes) {}
