/**
 * The store's contract: {@link dev.skep.store.Store}, who leads, and what can go wrong. Start
 * there.
 *
 * <p>What is stored is {@code model}; what a transaction makes of it is {@code state}; what all
 * stores are made of is {@code replica}; {@code memory} and {@code raft} only order and keep
 * transactions, so all behave alike. This room must never know who uses it.
 */
@NullMarked
package dev.skep.store;

import org.jspecify.annotations.NullMarked;
