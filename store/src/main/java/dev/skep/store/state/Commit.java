package dev.skep.store.state;

import java.time.Instant;
import java.util.List;

/**
 * A committed transaction.
 *
 * @param index its place in the log; strictly increasing, not gapless
 * @param at when it was decided
 * @param changes in the transaction's order
 * @param state the snapshot after it
 */
public record Commit(long index, Instant at, List<Change> changes, ClusterState state) {
  public Commit {
    changes = List.copyOf(changes);
  }
}
