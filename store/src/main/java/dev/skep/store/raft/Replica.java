package dev.skep.store.raft;

import dev.skep.store.ClusterState;
import dev.skep.store.Commit;
import dev.skep.store.CommitLog;
import dev.skep.store.Leadership;
import dev.skep.store.LeadershipNews;

/**
 * What this member shows of the store: the state, the recent commits with those who watch them, and
 * who leads. It outlives the log's stops: a log that is opened again is applied from its snapshot,
 * and what was shown before is not shown twice.
 */
final class Replica {
  private final CommitLog log;
  private final LeadershipNews leadership = new LeadershipNews(Leadership.NONE);
  private volatile ClusterState state = ClusterState.EMPTY;

  Replica(int keptCommits) {
    this.log = new CommitLog(0, keptCommits);
  }

  ClusterState state() {
    return state;
  }

  CommitLog log() {
    return log;
  }

  LeadershipNews leadership() {
    return leadership;
  }

  /** A snapshot was read; of the applying thread. */
  void load(ClusterState snapshot) {
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
  void show(Commit commit, int bytes) {
    if (commit.index() > state.index()) {
      state = commit.state();
      log.add(commit, bytes);
    }
  }
}
