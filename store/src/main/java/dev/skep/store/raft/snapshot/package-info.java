/**
 * The snapshots that a member takes of its states: when, of which, and their files as Ratis wants
 * them. It must never decide what a state is. Start with {@link
 * dev.skep.store.raft.snapshot.Snapshots}.
 */
@NullMarked
package dev.skep.store.raft.snapshot;

import org.jspecify.annotations.NullMarked;
