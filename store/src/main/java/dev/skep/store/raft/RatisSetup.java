package dev.skep.store.raft;

import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.raft.transport.Transport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis as Skep wants it: quick to start, small in memory, few threads. */
final class RatisSetup {
  /**
   * A log entry at most: the largest config with its base64, and half as much again. So much memory
   * is taken from the start.
   */
  static final int ENTRY_BYTES_MAX = 2 * 1024 * 1024;

  /** What Raft adds around a transaction in the log. */
  private static final int ENTRY_OVERHEAD_BYTES = 64 * 1024;

  private static final int SEGMENT_BYTES = 2 * 1024 * 1024;

  /**
   * Closed segments in memory: so many at most after a start, when the log is read.
   *
   * <p>Ratis lets go of them on a thread of its own, and hangs when it is closed just as that
   * thread has begun (its log's close holds the lock that the thread waits for, and waits for the
   * thread). As long as there are no more than these, it does not begin.
   */
  private static final int CACHED_SEGMENTS = 4;

  /** Beyond this, the open one included, closed segments that are applied leave the memory. */
  private static final int CACHED_BYTES = 2 * SEGMENT_BYTES;

  /** Files grow in such steps, so that most syncs need not write the file's length. */
  private static final int PREALLOCATED_BYTES = 512 * 1024;

  /** A snapshot goes to another member in parts, each of which fits a message. */
  private static final int SNAPSHOT_PART_BYTES = 1024 * 1024;

  /** Transactions that wait for the disk; more are refused. */
  private static final int WAITING_MAX = 2048;

  private static final int WAITING_BYTES_MAX = 16 * 1024 * 1024;

  /** Nobody else can win, so the first election need not wait for anyone. */
  private static final TimeDuration FIRST_ELECTION_MIN = millis(5);

  private static final TimeDuration FIRST_ELECTION_MAX = millis(10);
  private static final TimeDuration ELECTION_MIN = millis(150);
  private static final TimeDuration ELECTION_MAX = millis(300);

  /** One message between members and its answer. */
  private static final TimeDuration MESSAGE = millis(1_000);

  /** A follower that says nothing for so long gets a new connection, again and again. */
  static final TimeDuration SLOW = millis(3_000);

  /** A member to be added that says nothing for so long cannot be reached. */
  private static final TimeDuration SILENT = millis(5_000);

  /** What was committed before a read comes to the member that reads in so long. */
  private static final TimeDuration READ = millis(5_000);

  /** After so long without word of a leader, or of its followers, nobody leads. */
  private static final TimeDuration NO_LEADER = millis(2_000);

  /** A host that slept is no reason to stop or to step down while there is no one else. */
  private static final TimeDuration PAUSE_MAX = TimeDuration.valueOf(3650, TimeUnit.DAYS);

  /** Our own transactions are never sent twice. */
  private static final TimeDuration RETRY_CACHE = TimeDuration.valueOf(1, TimeUnit.SECONDS);

  private RatisSetup() {}

  /**
   * Makes the server. The log's files must not be in use, and whole: where there are none, it
   * founds an empty log.
   *
   * @param company who else there is
   */
  @SuppressWarnings("MustBeClosedChecker")
  static RaftServer server(
      StoreParts parts, Transport transport, Company company, RatisMachine machine)
      throws IOException {
    RaftStoreOptions options = parts.options();
    List<RaftPeer> founders =
        parts.founders().stream()
            .map(id -> RaftPeer.newBuilder().setId(id).setAddress(options.address()).build())
            .toList();
    return RaftServer.newBuilder()
        .setServerId(RaftPeerId.valueOf(options.memberId()))
        .setGroup(RaftGroup.valueOf(parts.group(), founders))
        .setStateMachine(machine)
        .setProperties(properties(options, transport, company))
        .setParameters(transport.parameters())
        .setOption(RaftStorage.StartupOption.RECOVER)
        .build();
  }

  private static RaftProperties properties(
      RaftStoreOptions options, Transport transport, Company company) {
    boolean alone = company == Company.NONE;
    TimeDuration election = millis(options.electionTimeout().toMillis());
    RaftProperties p = new RaftProperties();
    RaftConfigKeys.Rpc.setType(p, transport.rpc());
    transport.configure(p);
    RaftServerConfigKeys.setStorageDir(
        p, List.of(GroupFiles.storage(options.directory()).toFile()));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
        p, company.electsItself() ? FIRST_ELECTION_MIN : election);
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
        p, company.electsItself() ? FIRST_ELECTION_MAX : election.multiply(2));
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, alone ? ELECTION_MIN : election);
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, alone ? ELECTION_MAX : election.multiply(2));
    RaftServerConfigKeys.Rpc.setRequestTimeout(p, MESSAGE);
    RaftServerConfigKeys.Rpc.setSlownessTimeout(p, SLOW);
    RaftServerConfigKeys.setStagingTimeout(p, SILENT);
    RaftServerConfigKeys.Read.setOption(p, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
    RaftServerConfigKeys.Read.setTimeout(p, READ);
    RaftServerConfigKeys.setCloseThreshold(p, PAUSE_MAX);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, alone ? PAUSE_MAX : NO_LEADER);
    RaftServerConfigKeys.Notification.setNoLeaderTimeout(p, NO_LEADER);
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, RETRY_CACHE);

    RaftServerConfigKeys.Log.setSegmentSizeMax(p, bytes(SEGMENT_BYTES));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, CACHED_SEGMENTS);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, bytes(CACHED_BYTES));
    RaftServerConfigKeys.Log.setPreallocatedSize(p, bytes(PREALLOCATED_BYTES));
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(p, bytes(SNAPSHOT_PART_BYTES));
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
        p, bytes(ENTRY_BYTES_MAX + ENTRY_OVERHEAD_BYTES));
    RaftServerConfigKeys.Log.setWriteBufferSize(
        p, bytes(ENTRY_BYTES_MAX + 2 * ENTRY_OVERHEAD_BYTES));
    RaftServerConfigKeys.Log.setQueueByteLimit(p, bytes(2L * WAITING_BYTES_MAX));
    RaftServerConfigKeys.Write.setElementLimit(p, WAITING_MAX);
    RaftServerConfigKeys.Write.setByteLimit(p, bytes(WAITING_BYTES_MAX));
    // Every entry's commit would else be noted by one more entry.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);

    // RatisMachine decides when; it is asked after each entry.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, 1);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(p, 1);

    RaftServerConfigKeys.ThreadPool.setProxyCached(p, true);
    RaftServerConfigKeys.ThreadPool.setProxySize(p, 1);
    RaftServerConfigKeys.ThreadPool.setServerCached(p, true);
    RaftServerConfigKeys.ThreadPool.setServerSize(p, 1);
    RaftServerConfigKeys.ThreadPool.setClientCached(p, true);
    RaftServerConfigKeys.ThreadPool.setClientSize(p, 1);
    return p;
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }

  private static SizeInBytes bytes(long bytes) {
    return SizeInBytes.valueOf(bytes);
  }
}
