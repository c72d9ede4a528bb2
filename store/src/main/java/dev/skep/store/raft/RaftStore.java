package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.MemberException;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.StoreListener;
import dev.skep.store.StoreMembers;
import dev.skep.store.model.json.Json;
import dev.skep.store.net.HostPort;
import dev.skep.store.raft.file.DirectoryLock;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.raft.file.StoreKeys;
import dev.skep.store.raft.transport.GrpcTransport;
import dev.skep.store.raft.transport.RaftNetwork;
import dev.skep.store.raft.transport.Transport;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.protocol.RaftGroupId;
import org.jspecify.annotations.Nullable;

/**
 * The durable store: a Raft log of transactions (Apache Ratis) with snapshots, both sealed with the
 * cluster's key. A commit is acknowledged once its entry is synced to the disks of more than half
 * of the members and applied here; commits that come together share one sync.
 *
 * <p>The futures complete, and listeners are told, on the store's own threads and without a Vert.x
 * context, the listeners before the commit's future. Code there must return at once and must not
 * wait for another commit.
 *
 * <p>When the disk refuses a write, no commit is acknowledged any more: all fail with {@link
 * StoreFailure}, {@link #failure} says why, and the leadership ends. The state can still be read.
 * The log is opened again by itself once the disk takes writes: then this member leads in a new
 * term, and who follows goes on from where it was.
 */
public final class RaftStore implements Store, StoreMembers {
  private final RaftStoreOptions options;
  private final DirectoryLock lock;
  private final LastEntry lastEntry;
  private final Replica replica;
  private final RaftGroupId group;
  private final MemberRuns runs;
  private final MemberChanges changes;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Promise<Void> end = Promise.promise();

  RaftStore(StoreParts parts, DirectoryLock lock, MemberRuns runs) {
    this.options = parts.options();
    this.lock = lock;
    this.lastEntry = parts.lastEntry();
    this.replica = parts.replica();
    this.group = parts.group();
    this.runs = runs;
    this.changes = new MemberChanges(runs);
  }

  /**
   * Founds the store of a group of one, in a directory that holds none. It is there once the future
   * has succeeded; what a failure or a crash leaves is no store and may be deleted.
   *
   * <p>It listens nowhere until it is to get a second member.
   */
  public static Future<RaftStore> found(RaftStoreOptions options, RaftNetwork network) {
    return found(options, new GrpcTransport(network));
  }

  /** As above; it never gets a second member. */
  public static Future<RaftStore> found(RaftStoreOptions options) {
    return found(options, (Transport) null);
  }

  /** Founds the store of a group of one over any network. */
  static Future<RaftStore> found(RaftStoreOptions options, @Nullable Transport network) {
    return found(options, ClusterKey.random(), network, List.of(options.memberId()));
  }

  /** Founds one member's store of a group that all of its members found together. */
  static Future<RaftStore> found(
      RaftStoreOptions options,
      ClusterKey key,
      @Nullable Transport network,
      List<String> founders) {
    return begun(
        "skep-store-found", network, () -> StoreOpening.found(options, key, network, founders));
  }

  /**
   * Makes the empty store of a member that is to be added, in a directory that holds none. It
   * listens, and waits for the leader's {@link StoreMembers#addMember}.
   */
  public static Future<RaftStore> join(
      RaftStoreOptions options, StoreInvitation invitation, RaftNetwork network) {
    return join(options, invitation, new GrpcTransport(network));
  }

  static Future<RaftStore> join(
      RaftStoreOptions options, StoreInvitation invitation, Transport network) {
    return begun("skep-store-join", network, () -> StoreOpening.join(options, invitation, network));
  }

  /**
   * Opens the store of the options' cluster and member. The future succeeds when the whole log is
   * applied and this member leads; one of several is open when it knows who leads, or after ten
   * seconds. It fails, with {@link StoreFailure}, when there is no such store, when it is not
   * whole, or when another process has the directory; then its files are as before.
   */
  public static Future<RaftStore> open(RaftStoreOptions options, RaftNetwork network) {
    return open(options, new GrpcTransport(network));
  }

  /** As above; it fails where there are other members. */
  public static Future<RaftStore> open(RaftStoreOptions options) {
    return open(options, (Transport) null);
  }

  static Future<RaftStore> open(RaftStoreOptions options, @Nullable Transport network) {
    return begun("skep-store-open", network, () -> StoreOpening.open(options, network, false));
  }

  /**
   * Opens the store of one of several members as that of a group of one, with all that this member
   * has. The others can never come back to it as they are: they are to be removed and to join anew.
   * What a crash leaves is to be opened so again.
   */
  public static Future<RaftStore> openAlone(RaftStoreOptions options, RaftNetwork network) {
    return openAlone(options, new GrpcTransport(network));
  }

  static Future<RaftStore> openAlone(RaftStoreOptions options, @Nullable Transport network) {
    return begun("skep-store-open", network, () -> StoreOpening.open(options, network, true));
  }

  private static Future<RaftStore> begun(
      String name, @Nullable Transport network, Callable<RaftStore> work) {
    return onThread(name, work)
        .onFailure(e -> {
          if (network != null) {
            network.close();
          }
        });
  }

  @Override
  public Optional<StoreFailure> failure() {
    return runs.failure();
  }

  // ------------------------------------------------------------------ members

  /** What another member must be told to {@link #join} this one's group. */
  public StoreInvitation invitation() throws IOException {
    return new StoreInvitation(
        group.getUuid().toString(), StoreKeys.key(options.directory(), options.owner()).base64());
  }

  /** Where this member listens to the others; empty as long as there is none. */
  Optional<InetSocketAddress> listens() {
    return runs.member().listens();
  }

  @Override
  public List<Member> members() {
    return runs.member().admin().members();
  }

  private interface Change {
    void make() throws IOException;
  }

  private Future<Void> change(Change change) {
    try {
      changes.begin();
    } catch (MemberException e) {
      return Future.failedFuture(e);
    }
    return onThread(
            "skep-store-members",
            () -> {
              change.make();
              return true;
            })
        .onComplete(done -> changes.over())
        .mapEmpty();
  }

  @Override
  public Future<Void> addMember(String id, HostPort address) {
    return change(() -> changes.add(id, address));
  }

  @Override
  public Future<Void> removeMember(String id) {
    return change(() -> changes.remove(id));
  }

  @Override
  public Future<Void> transferLeadership() {
    return change(() -> changes.transfer());
  }

  // ------------------------------------------------------------------ reading and writing

  @Override
  public ClusterState state() {
    return replica.state();
  }

  @Override
  public Future<Commit> commit(Transaction transaction) {
    return replica.admit(transaction, () -> append(transaction));
  }

  private Future<Commit> append(Transaction transaction) {
    Optional<byte[]> stored = Json.storedBytes(transaction, RatisSetup.ENTRY_BYTES_MAX);
    if (stored.isEmpty()) {
      return Future.failedFuture(
          new StoreException(
              new Refusal.EntryTooLarge(transaction.ops().size(), RatisSetup.ENTRY_BYTES_MAX)));
    }
    return runs.commit(stored.get());
  }

  @Override
  public Future<ClusterState> latest() {
    return runs.member().latest();
  }

  @Override
  public Watch follow(StoreListener listener) {
    return replica.follow(listener);
  }

  @Override
  public Watch follow(long afterIndex, StoreListener listener) {
    return replica.follow(afterIndex, listener);
  }

  @Override
  public Limits limits() {
    return options.limits();
  }

  @Override
  public Leadership leadership() {
    return replica.leadership();
  }

  /** Transactions under way are committed or fail; then the directory is free. */
  @Override
  public Future<Void> close() {
    if (closed.compareAndSet(false, true)) {
      runs.expectClose();
      onThread("skep-store-close", this::closeNow).onComplete(end);
    }
    return end.future();
  }

  private @Nullable Void closeNow() throws IOException {
    try {
      runs.close();
    } finally {
      lastEntry.close();
      lock.close();
    }
    return null;
  }

  /** Opening and closing read and write files and wait; that is not for the caller's thread. */
  private static <T extends @Nullable Object> Future<T> onThread(String name, Callable<T> work) {
    Promise<T> promise = Promise.promise();
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          try {
            promise.complete(work.call());
          } catch (StoreFailure | MemberException e) {
            promise.fail(e);
          } catch (Exception e) {
            promise.fail(new StoreFailure(String.valueOf(e.getMessage()), true, e));
          }
        });
    return promise.future();
  }
}
