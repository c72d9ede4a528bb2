package dev.skep.store.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.Samples;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import org.junit.jupiter.api.Test;

class CommitLogTest {
  private static final int MEGABYTE = 1_000_000;

  @Test
  void what_was_removed_is_not_held_for_those_who_come_late() {
    CommitLog log = new CommitLog(0, CommitLog.KEPT);
    ClusterState state = ClusterState.EMPTY;
    for (int i = 0; i < 40; i++) {
      var config = Samples.config("c" + i, "c" + i, "x".repeat(MEGABYTE));
      state = state.apply(Transaction.at(Samples.AT).create(config).build(), i + 1).state();
    }
    for (int i = 0; i < 40; i++) {
      var config = state.config("c" + i).orElseThrow();
      Commit removal = state.apply(Transaction.at(Samples.AT).delete(config).build(), 41 + i);
      state = removal.state();
      log.add(removal, 100);
    }
    long kept = 80 - log.oldestKnown();
    assertThat(kept).isBetween(1L, CommitLog.KEPT_BYTES / MEGABYTE);
  }
}
