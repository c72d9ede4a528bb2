package dev.skep.store.raft;

import dev.skep.store.raft.file.StoreOwner;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.state.Limits;
import java.nio.file.Path;

/**
 * Where a {@link RaftStore} keeps its files and who it is in its group.
 *
 * @param directory holds the log and the snapshots, secrets included, and the key that they are
 *     sealed with; made readable by its owner only
 * @param clusterId the swarm's; the directory belongs to it from then on
 * @param memberId this member's name in the group; the directory belongs to it from then on. Skep
 *     uses the node's id.
 * @param host at which other members reach this one
 * @param port at which other members reach this one. A group of one listens nowhere.
 * @param snapshotInterval a snapshot is taken after at most so many log entries (and earlier when
 *     the log has grown as large as the state)
 * @param keptCommits so many commits at most are kept for watches that start from an index; what is
 *     kept outlives a restart
 * @param limits how much there may be of everything
 */
public record RaftStoreOptions(
    Path directory,
    String clusterId,
    String memberId,
    String host,
    int port,
    long snapshotInterval,
    int keptCommits,
    Limits limits) {
  /** Swarm's own default for {@code --snapshot-interval}. */
  public static final long DEFAULT_SNAPSHOT_INTERVAL = 10_000;

  private static final int MAX_PORT = 65_535;

  public RaftStoreOptions {
    if (clusterId.isEmpty() || memberId.isEmpty()) {
      throw new IllegalArgumentException(
          "an id is empty: cluster \"" + clusterId + "\", member \"" + memberId + "\"");
    }
    if (host.isEmpty() || port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("no address: host \"" + host + "\", port " + port);
    }
    if (snapshotInterval < 1) {
      throw new IllegalArgumentException(
          "a snapshot every " + snapshotInterval + " entries; at least 1 is needed");
    }
    if (keptCommits < 1) {
      throw new IllegalArgumentException(keptCommits + " commits are kept; at least 1 is needed");
    }
  }

  public RaftStoreOptions(
      Path directory, String clusterId, String memberId, String host, int port) {
    this(
        directory,
        clusterId,
        memberId,
        host,
        port,
        DEFAULT_SNAPSHOT_INTERVAL,
        CommitLog.KEPT,
        Limits.NONE);
  }

  /** Whose the directory is. */
  StoreOwner owner() {
    return new StoreOwner(clusterId, memberId);
  }

  public RaftStoreOptions withSnapshotInterval(long entries) {
    return new RaftStoreOptions(
        directory, clusterId, memberId, host, port, entries, keptCommits, limits);
  }

  public RaftStoreOptions withKeptCommits(int commits) {
    return new RaftStoreOptions(
        directory, clusterId, memberId, host, port, snapshotInterval, commits, limits);
  }

  public RaftStoreOptions withLimits(Limits most) {
    return new RaftStoreOptions(
        directory, clusterId, memberId, host, port, snapshotInterval, keptCommits, most);
  }
}
