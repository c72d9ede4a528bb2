package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.StoreFailure;
import dev.skep.store.model.Kind;
import dev.skep.store.model.json.Json;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.raft.file.SnapshotDigest;
import dev.skep.store.raft.file.SnapshotFile;
import dev.skep.store.replica.Entry;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between Ratis and the {@link Replica}: hands it the log's entries and snapshots, on Ratis's one
 * applying thread, and who leads; takes snapshots of its states.
 */
final class StoreMachine extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(StoreMachine.class);

  /** A log smaller than this is replayed faster than a snapshot is worth. */
  private static final long SNAPSHOT_BYTES_MIN = 512 * 1024;

  /**
   * So much of the log at least stays behind a snapshot, as far as its commits are kept for
   * followers. A start reads it with a JVM that has compiled nothing yet: a tenth of a second a
   * megabyte and more.
   */
  static final int REPLAYED_BYTES = 1024 * 1024;

  /** The log before the last snapshot is purged, so an older one would be of no use. */
  private static final SnapshotRetentionPolicy ONLY_THE_LAST =
      new SnapshotRetentionPolicy() {
        @Override
        public int getNumSnapshotsRetained() {
          return 1;
        }
      };

  /** What a transaction is sealed as. */
  private static final String LOG_ENTRY = "log entry";

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final Replica replica;
  private final LastEntry lastEntry;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<StoreFailure> failed = new CompletableFuture<>();
  private final ClientId clientId;
  private final String self;
  private final long snapshotInterval;
  private final Seal seal;

  private volatile @Nullable StoreFailure failure;
  private volatile boolean closing;
  private boolean leads;
  private boolean announced;
  private volatile long term;

  // Of the applying thread alone.
  private long snapshotBytes;
  private long snapshotHeld;

  /** A smaller snapshot is read in no time. */
  private static final long SHRINKS_BYTES_MIN = 8L * 1024 * 1024;

  /** A task in a snapshot, its spec shared with others. */
  private static final int TASK_BYTES = 500;

  private SnapshotPoints points = new SnapshotPoints(TermIndex.INITIAL_VALUE, ClusterState.EMPTY);
  private long triedIndex;
  private long triedLogBytes;

  /**
   * @param clientId under which this member's own transactions are in the log
   * @param seal of what is written to the disk
   */
  StoreMachine(
      ClientId clientId,
      RaftStoreOptions options,
      Replica replica,
      LastEntry lastEntry,
      Seal seal) {
    this.clientId = clientId;
    this.replica = replica;
    this.lastEntry = lastEntry;
    this.seal = seal;
    this.self = options.memberId();
    this.snapshotInterval = options.snapshotInterval();
  }

  /** Done when this member leads for the first time, failed when the store failed before. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Done when the log is at its end, with the reason. */
  CompletableFuture<StoreFailure> failed() {
    return failed;
  }

  /** Why the log is at its end, if it is. */
  @Nullable StoreFailure failure() {
    return failure;
  }

  /** Ends the log: nothing is acknowledged any more. The first reason stays. */
  synchronized void fail(StoreFailure cause) {
    if (failure == null) {
      failure = cause;
    }
    failed.complete(cause); // first, so that who is told of the rest can ask why
    replica.lead(Leadership.nobody(replica.leadership().term()));
    ready.completeExceptionally(cause);
    replica.giveUpAll(cause);
  }

  /** From now on Ratis is closed because it was asked to. */
  void expectClose() {
    closing = true;
  }

  /** Ratis closes a server that met an error which it does not know. */
  @Override
  public void close() throws IOException {
    super.close();
    if (!closing) {
      fail(new StoreFailure("the store's log stopped; see the daemon's log", false, null));
    }
  }

  // ------------------------------------------------------------------ the log

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext context) {
    LogEntryProto entry = context.getLogEntry();
    StateMachineLogEntryProto logged = entry.getStateMachineLogEntry();
    OptionalLong own =
        logged.getClientId().equals(clientId.toByteString())
            ? OptionalLong.of(logged.getCallId())
            : OptionalLong.empty();
    Entry next =
        new Entry(
            entry.getIndex(),
            entry.getTerm(),
            own,
            () -> read(logged.getLogData()),
            logged.getLogData().size());
    try {
      replica.apply(next, () -> lastEntry.applied(entry.getIndex()));
    } catch (StoreFailure bug) {
      fail(bug);
      throw bug;
    }
    points.add(TermIndex.valueOf(entry), replica.applied(), logged.getLogData().size());
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  /** A transaction as the log has it. */
  byte[] sealed(byte[] json) {
    return seal.seal(json, LOG_ENTRY);
  }

  /** Entries of older versions were not sealed. */
  private Transaction read(ByteString logged) {
    byte[] stored = logged.toByteArray();
    try {
      byte[] json = Seal.sealed(stored) ? seal.open(stored, LOG_ENTRY) : stored;
      return Json.readStored(json, Transaction.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    LOG.atError().setCause(cause).log("the store's log cannot be written; the store stops for now");
    fail(
        new StoreFailure(
            "the store's log cannot be written: "
                + rootMessage(cause)
                + ". Nothing that was not acknowledged is sure to be kept. Make room or repair the"
                + " disk; the store is then opened again by itself",
            false,
            cause));
  }

  private static String rootMessage(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  // ------------------------------------------------------------------ leadership

  @Override
  public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto members) {
    // A leader's first entry in its term is a configuration; notifyLeaderReady follows it.
    this.term = term;
  }

  @Override
  public void notifyLeaderReady() {
    synchronized (this) {
      if (failure != null) {
        return;
      }
      leads = true;
      if (announced) {
        replica.lead(Leadership.here(term, self));
      }
    }
    ready.complete(null);
  }

  /** From now on commits find their way here, so who leads may be told. */
  synchronized void announce() {
    announced = true;
    if (leads && failure == null) {
      replica.lead(Leadership.here(term, self));
    }
  }

  @Override
  public synchronized void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
    leads = false;
    replica.lead(Leadership.nobody(term));
  }

  // ------------------------------------------------------------------ snapshots

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, group, raftStorage);
              storage.init(raftStorage);
              SnapshotFile.clean(raftStorage.getStorageDir().getStateMachineDir().toPath());
              load(storage.getLatestSnapshot());
            },
            IOException.class);
  }

  @Override
  public void pause() {
    if (getLifeCycleState() == LifeCycle.State.RUNNING) {
      getLifeCycle().transition(LifeCycle.State.PAUSING);
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    load(storage.loadLatestSnapshot());
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  private void load(@Nullable SingleFileSnapshotInfo snapshot) throws IOException {
    if (snapshot == null) {
      return;
    }
    File file = snapshot.getFile().getPath().toFile();
    MD5Hash expected = snapshot.getFile().getFileDigest();
    boolean differs = expected != null && !expected.equals(MD5FileUtil.computeMd5ForFile(file));
    if (differs && !SnapshotFile.sealed(file.toPath())) {
      throw new IOException("the snapshot " + file + " is damaged: its checksum differs");
    }
    ClusterState state = SnapshotFile.read(file.toPath(), seal);
    if (differs) {
      SnapshotDigest.renew(file.toPath());
    }
    replica.load(state);
    points = new SnapshotPoints(snapshot.getTermIndex(), state);
    triedIndex = snapshot.getIndex();
    triedLogBytes = 0;
    snapshotBytes = file.length();
    snapshotHeld = bytes(state);
    setLastAppliedTermIndex(snapshot.getTermIndex());
  }

  /**
   * Asked after each entry. Takes a snapshot when that lets go of many entries of the log, or of as
   * much of it as the state itself, or when there is half as much state: so the disk never carries
   * much more than twice the state beside the commits that are kept, and the writing costs a
   * constant factor. Returns the snapshot's index, or none.
   */
  @Override
  public long takeSnapshot() throws IOException {
    SnapshotPoints.Point point = points.before(replica.oldestKept(), REPLAYED_BYTES);
    TermIndex place = point.place();
    boolean due =
        place.getIndex() - triedIndex >= snapshotInterval
            || point.logBytes() - triedLogBytes >= Math.max(SNAPSHOT_BYTES_MIN, snapshotBytes)
            || shrunk(point.state());
    if (!due) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    triedIndex = place.getIndex();
    triedLogBytes = point.logBytes();
    snapshotHeld = bytes(point.state());
    File file = storage.getSnapshotFile(place.getTerm(), place.getIndex());
    try {
      SnapshotFile.write(point.state(), file.toPath(), seal);
      MD5Hash digest = MD5FileUtil.computeMd5ForFile(file);
      MD5FileUtil.saveMD5File(file, digest);
      storage.updateLatestSnapshot(
          new SingleFileSnapshotInfo(new FileInfo(file.toPath(), digest), place));
      storage.cleanupOldSnapshots(ONLY_THE_LAST);
    } catch (IOException e) {
      // The log still has everything; the next try comes after another interval.
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("no snapshot could be written");
      return RaftLog.INVALID_LOG_INDEX;
    }
    snapshotBytes = file.length();
    return place.getIndex();
  }

  /** A start need not read again what was removed. */
  private boolean shrunk(ClusterState now) {
    return snapshotHeld > SHRINKS_BYTES_MIN && bytes(now) < snapshotHeld / 2;
  }

  /** About what a state takes in a snapshot. */
  private static long bytes(ClusterState state) {
    return state.totals().bytes() + (long) TASK_BYTES * state.all(Kind.TASK).size();
  }
}
