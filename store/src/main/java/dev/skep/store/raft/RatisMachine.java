package dev.skep.store.raft;

import dev.skep.store.StoreFailure;
import dev.skep.store.model.json.Json;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.raft.snapshot.SnapshotPoints;
import dev.skep.store.raft.snapshot.Snapshots;
import dev.skep.store.replica.Entry;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between Ratis and the {@link Replica}: hands it the log's entries and snapshots, on Ratis's one
 * applying thread, and who leads; takes snapshots of its states.
 */
final class RatisMachine extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(RatisMachine.class);

  /** What a transaction is sealed as. */
  private static final String LOG_ENTRY = "log entry";

  private final Replica replica;
  private final LastEntry lastEntry;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<StoreFailure> failed = new CompletableFuture<>();
  private final ClientId clientId;
  private final Connections connections;
  private final KnownLeader leading;
  private final Snapshots snapshots;
  private final Seal seal;

  private volatile @Nullable StoreFailure failure;
  private volatile boolean closing;
  private volatile boolean removed;
  private volatile RaftServer.@Nullable Division division;

  /**
   * @param clientId under which this member's own transactions are in the log
   * @param connections to the other members
   */
  RatisMachine(ClientId clientId, StoreParts parts, Connections connections) {
    this.clientId = clientId;
    this.connections = connections;
    this.replica = parts.replica();
    this.lastEntry = parts.lastEntry();
    this.seal = parts.seal();
    this.leading = new KnownLeader(parts.options().memberId(), replica);
    this.snapshots = new Snapshots(parts.options().snapshotInterval(), seal);
  }

  /**
   * Done when this member leads for the first time or knows who does, failed when the store failed
   * before.
   */
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
    if (failure != null) {
      return; // what is proposed from now on gives up by itself
    }
    failure = cause;
    failed.complete(cause); // first, so that who is told of the rest can ask why
    leading.end();
    ready.completeExceptionally(cause);
    replica.giveUpAll(cause);
  }

  /** What it stands in for, before that starts. */
  void runsIn(RaftServer.Division running) {
    division = running;
  }

  /** From now on Ratis is closed because it was asked to. */
  void expectClose() {
    closing = true;
  }

  /** Ratis closes a server that met an error which it does not know, or that was removed. */
  @Override
  public void close() throws IOException {
    super.close();
    if (!closing) {
      RaftServer.Division running = division;
      removed = running != null && running.getInfo().isCandidate();
      fail(
          new StoreFailure(
              removed
                  ? "this manager was removed from the swarm's managers by the others"
                  : "the store's log stopped; see the daemon's log",
              false,
              null));
    }
  }

  /**
   * Whether the log is at its end because the others removed this member. Who asks them for a vote
   * is told so.
   */
  boolean removed() {
    return removed;
  }

  /** Reads look at the replica; here they only wait until it has all that was committed. */
  @Override
  public CompletableFuture<Message> query(Message request) {
    return CompletableFuture.completedFuture(Message.EMPTY);
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
    snapshots.applied(TermIndex.valueOf(entry), replica.applied(), logged.getLogData().size());
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  /** A transaction as the log has it. */
  byte[] sealed(byte[] json) {
    return seal.seal(json, LOG_ENTRY);
  }

  private Transaction read(ByteString logged) {
    try {
      return Json.readStored(seal.open(logged.toByteArray(), LOG_ENTRY), Transaction.class);
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
    leading.term(term);
    connections.members(members);
  }

  @Override
  public void notifyFollowerSlowness(RoleInfoProto leader, RaftPeer follower) {
    connections.silent(follower.getId());
  }

  @Override
  public void notifyLeaderReady() {
    leading.here();
    ready.complete(null);
  }

  /** Only the others: this member leads once it may decide, and then {@link #notifyLeaderReady}. */
  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    if (!leader.equals(member.getPeerId())) {
      leading.other(leader.toString(), currentTerm());
      ready.complete(null);
    }
  }

  @Override
  public void notifyExtendedNoLeader(RoleInfoProto role) {
    leading.nobody(currentTerm());
    connections.allSilent();
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
    leading.nobody(currentTerm());
  }

  /** From now on commits find their way here, so who leads may be told. */
  void announce() {
    leading.announce();
  }

  private long currentTerm() {
    RaftServer.Division running = division;
    return running == null ? 0 : running.getInfo().getCurrentTerm();
  }

  // ------------------------------------------------------------------ snapshots

  @Override
  public void initialize(RaftServer raftServer, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(raftServer, group, raftStorage);
              snapshots.begin(raftStorage);
              Optional<SnapshotPoints.Point> last = snapshots.last();
              if (last.isEmpty()) {
                // The log is applied from its beginning; what is shown stays until it is passed.
                replica.load(ClusterState.EMPTY);
              }
              load(last);
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
    load(snapshots.installed());
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return snapshots.storage();
  }

  private void load(Optional<SnapshotPoints.Point> snapshot) {
    snapshot.ifPresent(read -> {
      replica.load(read.state());
      setLastAppliedTermIndex(read.place());
    });
  }

  /** Asked after each entry. Returns the index of the snapshot that was taken, or none. */
  @Override
  public long takeSnapshot() {
    return snapshots.take(replica.oldestKept());
  }
}
