/**
 * What every store is made of, however it keeps and orders its transactions: the commits that are
 * kept for those who follow, who is told what in which order, and what is under way. It must never
 * know a store's way of keeping them: no Raft, no file, no database. Start with {@link
 * dev.skep.store.replica.CommitLog}.
 */
@NullMarked
package dev.skep.store.replica;

import org.jspecify.annotations.NullMarked;
