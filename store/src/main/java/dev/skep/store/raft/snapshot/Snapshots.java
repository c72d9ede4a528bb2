package dev.skep.store.raft.snapshot;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.model.Kind;
import dev.skep.store.raft.file.SnapshotDigest;
import dev.skep.store.raft.file.SnapshotFile;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.ClusterState;
import java.io.File;
import java.io.IOException;
import java.util.Optional;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a snapshot is due, of which state it is, and its files. Not thread-safe; it belongs to the
 * thread that applies the log.
 */
public final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  /** A log smaller than this is replayed faster than a snapshot is worth. */
  private static final long SNAPSHOT_BYTES_MIN = 512 * 1024;

  /**
   * So much of the log at least stays behind a snapshot, as far as its commits are kept for
   * followers. A start reads it with a JVM that has compiled nothing yet: a tenth of a second a
   * megabyte and more.
   */
  public static final int REPLAYED_BYTES = 1024 * 1024;

  /** A smaller snapshot is read in no time. */
  private static final long SHRINKS_BYTES_MIN = 8L * 1024 * 1024;

  /** A task in a snapshot, its spec shared with others. */
  private static final int TASK_BYTES = 500;

  /** The log before the last snapshot is purged, so an older one would be of no use. */
  private static final SnapshotRetentionPolicy ONLY_THE_LAST =
      new SnapshotRetentionPolicy() {
        @Override
        public int getNumSnapshotsRetained() {
          return 1;
        }
      };

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final long interval;
  private final Seal seal;
  private SnapshotPoints points = new SnapshotPoints(TermIndex.INITIAL_VALUE, ClusterState.EMPTY);
  private long fileBytes;
  private long heldBytes;
  private long triedIndex;
  private long triedLogBytes;

  /**
   * @param interval a snapshot is due after at most so many entries
   * @param seal of what is written to the disk
   */
  public Snapshots(long interval, Seal seal) {
    this.interval = interval;
    this.seal = seal;
  }

  public StateMachineStorage storage() {
    return storage;
  }

  /** Looks at the files before anything is read; what a crash left half is removed. */
  public void begin(RaftStorage raftStorage) throws IOException {
    storage.init(raftStorage);
    SnapshotFile.clean(raftStorage.getStorageDir().getStateMachineDir().toPath());
  }

  /** Reads the snapshot that was taken last, if there is one. */
  public Optional<SnapshotPoints.Point> last() throws IOException {
    return read(storage.getLatestSnapshot());
  }

  /** Reads the snapshot that another member sent, once it is sure to be on the disk. */
  public Optional<SnapshotPoints.Point> installed() throws IOException {
    SingleFileSnapshotInfo latest = storage.loadLatestSnapshot();
    if (latest != null) {
      AtomicFile.sync(latest.getFile().getPath());
    }
    return read(latest);
  }

  private Optional<SnapshotPoints.Point> read(@Nullable SingleFileSnapshotInfo snapshot)
      throws IOException {
    if (snapshot == null) {
      return Optional.empty();
    }
    File file = snapshot.getFile().getPath().toFile();
    MD5Hash expected = snapshot.getFile().getFileDigest();
    boolean differs = expected != null && !expected.equals(MD5FileUtil.computeMd5ForFile(file));
    ClusterState state = SnapshotFile.read(file.toPath(), seal);
    if (differs) {
      SnapshotDigest.renew(file.toPath());
    }
    points = new SnapshotPoints(snapshot.getTermIndex(), state);
    triedIndex = snapshot.getIndex();
    triedLogBytes = 0;
    fileBytes = file.length();
    heldBytes = bytes(state);
    return Optional.of(new SnapshotPoints.Point(snapshot.getTermIndex(), state, 0));
  }

  /**
   * Takes note of the state after the next entry.
   *
   * @param logBytes of that entry
   */
  public void applied(TermIndex place, ClusterState state, int logBytes) {
    points.add(place, state, logBytes);
  }

  /**
   * Takes a snapshot when that lets go of many entries of the log, or of as much of it as the state
   * itself, or when there is half as much state: so the disk never carries much more than twice the
   * state beside the commits that are kept, and the writing costs a constant factor.
   *
   * @param oldestKept all commits after this index are kept for followers
   * @return the snapshot's index, or {@link RaftLog#INVALID_LOG_INDEX} for none
   */
  public long take(long oldestKept) {
    SnapshotPoints.Point point = points.before(oldestKept, REPLAYED_BYTES);
    TermIndex place = point.place();
    boolean due =
        place.getIndex() - triedIndex >= interval
            || point.logBytes() - triedLogBytes >= Math.max(SNAPSHOT_BYTES_MIN, fileBytes)
            || shrunk(point.state());
    if (!due) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    triedIndex = place.getIndex();
    triedLogBytes = point.logBytes();
    heldBytes = bytes(point.state());
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
    fileBytes = file.length();
    return place.getIndex();
  }

  /** A start need not read again what was removed. */
  private boolean shrunk(ClusterState now) {
    return heldBytes > SHRINKS_BYTES_MIN && bytes(now) < heldBytes / 2;
  }

  /** About what a state takes in a snapshot. */
  private static long bytes(ClusterState state) {
    return state.totals().bytes() + (long) TASK_BYTES * state.all(Kind.TASK).size();
  }
}
