package dev.skep.store.replica;

import dev.skep.store.Leadership;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;

/**
 * What this member shows of the store: the state, the recent commits with those who watch them, and
 * who leads. It outlives the log's stops: a log that is opened again is applied from its snapshot,
 * and what was shown before is not shown twice.
 */
public final class Replica {
  private final CommitLog log;
  private final LeadershipListeners leadership = new LeadershipListeners(Leadership.NONE);
  private volatile ClusterState state = ClusterState.EMPTY;

  public Replica(int keptCommits) {
    this.log = new CommitLog(0, keptCommits);
  }

  public ClusterState state() {
    return state;
  }

  public CommitLog log() {
    return log;
  }

  public LeadershipListeners leadership() {
    return leadership;
  }

  /** A snapshot was read; of the applying thread. */
  public void load(ClusterState snapshot) {
    if (snapshot.index() > state.index()) {
      state = snapshot;
      log.reset(snapshot.index());
    }
  }

  /**
   * A commit was applied; of the applying thread.
   *
   * @param bytes that it takes in the log
   */
  public void show(Commit commit, int bytes) {
    if (commit.index() > state.index()) {
      state = commit.state();
      log.add(commit, bytes);
    }
  }
}
