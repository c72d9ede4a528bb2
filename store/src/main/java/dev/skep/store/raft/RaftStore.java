package dev.skep.store.raft;

import dev.skep.store.ClusterState;
import dev.skep.store.Commit;
import dev.skep.store.Leadership;
import dev.skep.store.Refusal;
import dev.skep.store.Store;
import dev.skep.store.StoreException;
import dev.skep.store.StoreFailure;
import dev.skep.store.Transaction;
import dev.skep.store.model.Json;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable store: a Raft log of transactions (Apache Ratis) with snapshots, both sealed with the
 * key in the store's directory. A commit is acknowledged once its entry is synced to the disk and
 * applied here; commits that come together share one sync.
 *
 * <p>The futures complete, and watchers and leadership listeners are called, on the store's own
 * threads and without a Vert.x context, the watchers before the commit's future. Code there must
 * return at once and must not wait for another commit.
 *
 * <p>When the disk refuses a write, no commit is acknowledged any more: all fail with {@link
 * StoreFailure} and the leadership ends. The daemon has to be started again.
 */
public final class RaftStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(RaftStore.class);

  /** How long {@link #open} waits for this member to lead. Reading a long log may take a while. */
  private static final long LEAD_SECONDS = 60;

  private static final long CLOSE_SECONDS = 10;

  private final RaftServer server;
  private final StoreMachine machine;
  private final DirectoryLock lock;
  private final ClientId clientId;
  private final AtomicLong callIds = new AtomicLong();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Promise<Void> closed = Promise.promise();

  private RaftStore(
      RaftServer server, StoreMachine machine, DirectoryLock lock, ClientId clientId) {
    this.server = server;
    this.machine = machine;
    this.lock = lock;
    this.clientId = clientId;
  }

  /**
   * Opens the store of a group of one, and founds it when the directory is empty. The future
   * succeeds when the whole log is applied and this member leads. It fails, with {@link
   * StoreFailure}, when another process has the directory, or when its files cannot be read.
   */
  public static Future<RaftStore> open(RaftStoreOptions options) {
    return onThread("skep-store-open", () -> openNow(options));
  }

  @SuppressWarnings("MustBeClosedChecker")
  private static RaftStore openNow(RaftStoreOptions options) throws IOException {
    DirectoryLock lock = DirectoryLock.take(options.directory());
    RaftServer server = null;
    try {
      ClientId clientId = ClientId.randomId();
      StoreMachine machine = new StoreMachine(clientId, options, StoreKey.in(options.directory()));
      server = RatisSetup.server(options, machine);
      server.start();
      RatisSetup.checkMember(server, options);
      awaitLead(machine);
      return new RaftStore(server, machine, lock, clientId);
    } catch (IOException | RuntimeException e) {
      if (server != null) {
        server.close();
      }
      lock.close();
      throw e;
    }
  }

  private static void awaitLead(StoreMachine machine) throws IOException {
    try {
      machine.ready().get(LEAD_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("this member did not lead within " + LEAD_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public ClusterState state() {
    return machine.state();
  }

  @Override
  public Future<Commit> commit(Transaction transaction) {
    byte[] json = Json.storedBytes(transaction);
    if (json.length > RatisSetup.ENTRY_BYTES_MAX) {
      return Future.failedFuture(
          new StoreFailure(
              "a transaction of "
                  + transaction.ops().size()
                  + " steps has "
                  + json.length
                  + " bytes; at most "
                  + RatisSetup.ENTRY_BYTES_MAX
                  + " can be committed at once",
              true,
              null));
    }
    StoreFailure failure = machine.failure();
    if (failure != null) {
      return Future.failedFuture(
          new StoreFailure(String.valueOf(failure.getMessage()), true, failure));
    }
    Promise<Commit> promise = Promise.promise();
    long callId = callIds.incrementAndGet();
    machine.expect(callId, new Pending(Json.readStored(json, Transaction.class), promise));
    submit(callId, machine.sealed(json));
    return promise.future();
  }

  private void submit(long callId, byte[] entry) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(clientId)
            .setServerId(server.getId())
            .setGroupId(RatisSetup.GROUP)
            .setCallId(callId)
            .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      var _ =
          server
              .submitClientRequestAsync(request)
              .whenComplete((reply, e) -> replied(callId, reply, e));
    } catch (IOException | RuntimeException e) {
      machine.forget(callId, failure(e));
    }
  }

  /** A success needs nothing more: the commit was answered when it was applied. */
  private void replied(long callId, @Nullable RaftClientReply reply, @Nullable Throwable e) {
    if (e != null) {
      machine.forget(callId, failure(e));
    } else if (reply != null && !reply.isSuccess()) {
      machine.forget(callId, failure(reply.getException()));
    }
  }

  private static RuntimeException failure(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return switch (cause) {
      case LeaderNotReadyException e -> new StoreException(new Refusal.NotLeader(e.toString()));
      case ResourceUnavailableException e ->
          new StoreFailure("too many transactions are waiting for the disk; retry", true, e);
      case NotLeaderException e ->
          new StoreFailure(
              "the leadership changed while the transaction was under way; it may have been"
                  + " committed",
              false,
              e);
      default -> new StoreFailure("the store could not commit: " + cause, false, cause);
    };
  }

  @Override
  public Watch watch(Consumer<Commit> watcher) {
    return machine.log().watch(watcher);
  }

  @Override
  public Watch watch(long afterIndex, Consumer<Commit> watcher) {
    return machine.log().watch(afterIndex, watcher);
  }

  @Override
  public Leadership leadership() {
    return machine.leadership().now();
  }

  @Override
  public Watch onLeadership(Consumer<Leadership> listener) {
    return machine.leadership().follow(listener);
  }

  /** Transactions under way are committed or fail; then the directory is free. */
  @Override
  public Future<Void> close() {
    if (closing.compareAndSet(false, true)) {
      onThread("skep-store-close", this::closeNow).onComplete(closed);
    }
    return closed.future();
  }

  private @Nullable Void closeNow() throws IOException {
    try {
      Future<Void> ended =
          onThread(
              "skep-raft-close",
              () -> {
                server.close();
                return null;
              });
      ended.toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // Its log can lock itself up while it closes; what was acknowledged is on the disk.
      LOG.atWarn()
          .addKeyValue("seconds", CLOSE_SECONDS)
          .log("the store's log did not close in time; going on without it");
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      machine.fail(new StoreFailure("the store is closed", false, null));
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
