package dev.skep.store.raft;

import dev.skep.store.raft.file.GroupFiles;
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

  /** Transactions that wait for the disk; more are refused. */
  private static final int WAITING_MAX = 2048;

  private static final int WAITING_BYTES_MAX = 16 * 1024 * 1024;

  /** Nobody else can win, so the first election need not wait for anyone. */
  private static final TimeDuration FIRST_ELECTION_MIN = millis(5);

  private static final TimeDuration FIRST_ELECTION_MAX = millis(10);
  private static final TimeDuration ELECTION_MIN = millis(150);
  private static final TimeDuration ELECTION_MAX = millis(300);

  /** Among several: a host that is busy for a moment should not lose its leadership for that. */
  private static final TimeDuration SEVERAL_ELECTION_MIN = millis(800);

  private static final TimeDuration SEVERAL_ELECTION_MAX = millis(1_600);

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
   */
  static RaftServer server(RaftStoreOptions options, Transport transport, RatisMachine machine)
      throws IOException {
    List<RaftPeer> members =
        transport.members().stream()
            .map(id ->
                RaftPeer.newBuilder()
                    .setId(id)
                    .setAddress(options.host() + ":" + options.port())
                    .build())
            .toList();
    return RaftServer.newBuilder()
        .setServerId(RaftPeerId.valueOf(options.memberId()))
        .setGroup(RaftGroup.valueOf(GroupFiles.ID, members))
        .setStateMachine(machine)
        .setProperties(properties(options, transport))
        .setParameters(transport.parameters())
        .setOption(RaftStorage.StartupOption.RECOVER)
        .build();
  }

  /** The members are those that the log names; options count only when it is founded. */
  static void checkMember(RaftServer server, RaftStoreOptions options, Transport transport)
      throws IOException {
    List<String> members =
        server.getDivision(GroupFiles.ID).getRaftConf().getCurrentPeers().stream()
            .map(RaftPeer::getId)
            .map(RaftPeerId::toString)
            .toList();
    if (!members.contains(options.memberId()) || !transport.members().containsAll(members)) {
      throw new IOException(
          "the store's directory "
              + options.directory()
              + " belongs to the members "
              + members
              + ", not to "
              + options.memberId());
    }
  }

  private static RaftProperties properties(RaftStoreOptions options, Transport transport) {
    boolean alone = transport.members().size() == 1;
    RaftProperties p = new RaftProperties();
    RaftConfigKeys.Rpc.setType(p, transport.rpc());
    RaftServerConfigKeys.setStorageDir(
        p, List.of(GroupFiles.storage(options.directory()).toFile()));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
        p, alone ? FIRST_ELECTION_MIN : SEVERAL_ELECTION_MIN);
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
        p, alone ? FIRST_ELECTION_MAX : SEVERAL_ELECTION_MAX);
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, alone ? ELECTION_MIN : SEVERAL_ELECTION_MIN);
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, alone ? ELECTION_MAX : SEVERAL_ELECTION_MAX);
    RaftServerConfigKeys.setCloseThreshold(p, PAUSE_MAX);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, alone ? PAUSE_MAX : NO_LEADER);
    RaftServerConfigKeys.Notification.setNoLeaderTimeout(p, NO_LEADER);
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, RETRY_CACHE);

    RaftServerConfigKeys.Log.setSegmentSizeMax(p, bytes(SEGMENT_BYTES));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, CACHED_SEGMENTS);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, bytes(CACHED_BYTES));
    RaftServerConfigKeys.Log.setPreallocatedSize(p, bytes(PREALLOCATED_BYTES));
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
