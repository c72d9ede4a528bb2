package dev.skep.store.raft;

import dev.skep.store.net.HostPort;
import dev.skep.store.raft.file.StoreOwner;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.state.Limits;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a {@link RaftStore} keeps its files and who it is in its group.
 *
 * @param directory holds the log and the snapshots, secrets included, and the key that they are
 *     sealed with; made readable by its owner only
 * @param clusterId the swarm's; the directory belongs to it from then on
 * @param memberId this member's name in the group; the directory belongs to it from then on. Skep
 *     uses the node's id.
 * @param host the address at which other members reach this one
 * @param port at which other members reach this one; what the store itself listens at is another
 * @param snapshotInterval a snapshot is taken after at most so many log entries (and earlier when
 *     the log has grown as large as the state)
 * @param keptCommits so many commits at most are kept for watches that start from an index; what is
 *     kept outlives a restart
 * @param limits how much there may be of everything
 * @param electionTimeout among several members: without word of a leader for this to twice as long,
 *     another is elected
 */
public record RaftStoreOptions(
    Path directory,
    String clusterId,
    String memberId,
    String host,
    int port,
    long snapshotInterval,
    int keptCommits,
    Limits limits,
    Duration electionTimeout) {
  /** Swarm's own default for {@code --snapshot-interval}. */
  public static final long DEFAULT_SNAPSHOT_INTERVAL = 10_000;

  /** Longer than a JVM of this size stops for, and a second to the next leader. */
  public static final Duration DEFAULT_ELECTION_TIMEOUT = Duration.ofMillis(300);

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
        Limits.NONE,
        DEFAULT_ELECTION_TIMEOUT);
  }

  /** Whose the directory is. */
  StoreOwner owner() {
    return new StoreOwner(clusterId, memberId);
  }

  public RaftStoreOptions withSnapshotInterval(long entries) {
    return new RaftStoreOptions(
        directory, clusterId, memberId, host, port, entries, keptCommits, limits, electionTimeout);
  }

  public RaftStoreOptions withKeptCommits(int commits) {
    return new RaftStoreOptions(
        directory,
        clusterId,
        memberId,
        host,
        port,
        snapshotInterval,
        commits,
        limits,
        electionTimeout);
  }

  public RaftStoreOptions withLimits(Limits most) {
    return new RaftStoreOptions(
        directory,
        clusterId,
        memberId,
        host,
        port,
        snapshotInterval,
        keptCommits,
        most,
        electionTimeout);
  }

  public RaftStoreOptions withElectionTimeout(Duration timeout) {
    return new RaftStoreOptions(
        directory, clusterId, memberId, host, port, snapshotInterval, keptCommits, limits, timeout);
  }

  /** Where the others reach this member, as text. */
  String address() {
    return HostPort.of(host, port).toString();
  }
}
