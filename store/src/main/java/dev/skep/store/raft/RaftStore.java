package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.StoreListener;
import dev.skep.store.file.AtomicFile;
import dev.skep.store.model.json.Json;
import dev.skep.store.raft.file.DirectoryLock;
import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.raft.file.Reopening;
import dev.skep.store.raft.file.StoreFiles;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
public final class RaftStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(RaftStore.class);

  private final RaftStoreOptions options;
  private final Transport transport;
  private final DirectoryLock lock;
  private final Seal seal;
  private final LastEntry lastEntry;
  private final Replica replica;

  /** Held by who starts or closes a run of the log. */
  private final ReentrantLock turn = new ReentrantLock();

  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Promise<Void> end = Promise.promise();
  private volatile RaftMember member;
  private volatile @Nullable StoreFailure failure;

  private RaftStore(
      RaftStoreOptions options,
      Transport transport,
      DirectoryLock lock,
      Seal seal,
      LastEntry lastEntry,
      Replica replica,
      RaftMember member) {
    this.options = options;
    this.transport = transport;
    this.lock = lock;
    this.seal = seal;
    this.lastEntry = lastEntry;
    this.replica = replica;
    this.member = member;
  }

  /**
   * Founds the store of a group of one, in a directory that holds none. It is there once the future
   * has succeeded; what a failure or a crash leaves is no store and may be deleted.
   */
  public static Future<RaftStore> found(RaftStoreOptions options) {
    return found(options, ClusterKey.random(), Transport.ofOne(options.memberId()));
  }

  /** Founds one member's store of a group. */
  static Future<RaftStore> found(RaftStoreOptions options, ClusterKey key, Transport transport) {
    return onThread("skep-store-found", () -> foundNow(options, key, transport));
  }

  /**
   * Opens the store of the options' cluster and member. The future succeeds when the whole log is
   * applied and this member leads. It fails, with {@link StoreFailure}, when there is no such
   * store, when it is not whole, or when another process has the directory; then its files are as
   * before.
   */
  public static Future<RaftStore> open(RaftStoreOptions options) {
    return open(options, Transport.ofOne(options.memberId()));
  }

  /** Opens one member's store of a group; the future succeeds when it knows who leads. */
  static Future<RaftStore> open(RaftStoreOptions options, Transport transport) {
    return onThread("skep-store-open", () -> openNow(options, transport));
  }

  private static RaftStore foundNow(RaftStoreOptions options, ClusterKey key, Transport transport)
      throws IOException {
    Path directory = options.directory();
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      Seal seal = StoreFiles.found(directory, options.owner(), key);
      RaftStore store = start(options, transport, lock, seal);
      store.mark();
      store.follow();
      return store;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw unusable("found", directory, e);
    }
  }

  private static RaftStore openNow(RaftStoreOptions options, Transport transport)
      throws IOException {
    Path directory = options.directory();
    try {
      if (!DirectoryLock.known(directory)) {
        var _ =
            StoreFiles.look(
                options.directory(),
                options.owner()); // the lock's file is made only where there is a store
      }
    } catch (IOException e) {
      throw unusable("open", directory, e);
    }
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      StoreFiles files = StoreFiles.look(options.directory(), options.owner());
      files.group().repair();
      RaftStore store = start(options, transport, lock, files.seal());
      if (!files.marked()) {
        store.mark();
      }
      store.follow();
      return store;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw unusable("open", directory, e);
    }
  }

  private static IOException unusable(String verb, Path directory, Exception e) {
    return new IOException(
        "cannot %s the store in %s: %s".formatted(verb, directory, e.getMessage()), e);
  }

  private static RaftStore start(
      RaftStoreOptions options, Transport transport, DirectoryLock lock, Seal seal)
      throws IOException {
    LastEntry lastEntry = LastEntry.open(options.directory());
    try {
      Replica replica = new Replica(ClusterState.EMPTY, options.limits(), options.keptCommits());
      RaftMember member = RaftMember.start(options, transport, replica, lastEntry, seal);
      return new RaftStore(options, transport, lock, seal, lastEntry, replica, member);
    } catch (IOException | RuntimeException e) {
      lastEntry.close();
      throw e;
    }
  }

  /** Says whose the directory is; all that a store needs is there from then on. */
  private void mark() throws IOException {
    try {
      Path directory = options.directory();
      for (Path made = GroupFiles.in(directory);
          made != null && made.startsWith(directory);
          made = made.getParent()) {
        AtomicFile.syncDirectory(made);
      }
      options.owner().write(directory);
    } catch (IOException e) {
      member.close();
      lastEntry.close();
      throw e;
    }
  }

  // ------------------------------------------------------------------ when the log stops

  private void follow() {
    member.announce();
    var _ =
        member
            .failed()
            .thenAccept(cause -> {
              if (closing.getCount() > 0) {
                failure = cause;
                Thread.ofPlatform().daemon().name("skep-store-reopen").start(this::reopen);
              }
            });
  }

  /** Tries until the log is open again or the store is closed. */
  private void reopen() {
    long pause = Reopening.FIRST_MILLIS;
    try {
      while (!closing.await(pause, TimeUnit.MILLISECONDS)) {
        if (reopened()) {
          return;
        }
        pause = Math.min(2 * pause, Reopening.LONGEST_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean reopened() {
    turn.lock();
    try {
      if (closing.getCount() == 0) {
        return true;
      }
      member.close();
      Reopening.requireRoom(options.directory());
      Reopening.copyLastSegments(GroupFiles.in(options.directory()));
      StoreFiles.look(options.directory(), options.owner()).group().repair();
      member = RaftMember.start(options, transport, replica, lastEntry, seal);
      failure = null;
      LOG.atInfo()
          .addKeyValue("directory", options.directory())
          .addKeyValue("index", state().index())
          .log("the store takes writes again");
      follow();
      return true;
    } catch (IOException | RuntimeException e) {
      stillFailing(e);
      return false;
    } finally {
      turn.unlock();
    }
  }

  private void stillFailing(Exception e) {
    StoreFailure now =
        new StoreFailure(
            "the store's log cannot be written: %s. Make room or repair the disk: the store in %s is opened again by itself once %d MiB can be written there"
                .formatted(reason(e), options.directory(), Reopening.ROOM_BYTES >> 20),
            true,
            e);
    StoreFailure before = failure;
    failure = now;
    if (before == null || !String.valueOf(before.getMessage()).equals(now.getMessage())) {
      LOG.atWarn().addKeyValue("reason", now.getMessage()).log("the store cannot be opened again");
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  @Override
  public Optional<StoreFailure> failure() {
    return Optional.ofNullable(failure);
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
    byte[] json = stored.get();
    StoreFailure failed = failure;
    if (failed != null) {
      return Future.failedFuture(
          new StoreFailure(String.valueOf(failed.getMessage()), true, failed));
    }
    return member.commit(json, Json.readStored(json, Transaction.class));
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
      closing.countDown();
      onThread("skep-store-close", this::closeNow).onComplete(end);
    }
    return end.future();
  }

  private @Nullable Void closeNow() throws IOException {
    turn.lock();
    try {
      member.close();
    } finally {
      turn.unlock();
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
          } catch (StoreFailure e) {
            promise.fail(e);
          } catch (Exception e) {
            promise.fail(new StoreFailure(String.valueOf(e.getMessage()), true, e));
          }
        });
    return promise.future();
  }
}
