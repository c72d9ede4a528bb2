package dev.skep.store.raft;

import dev.skep.store.StoreFailure;
import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.replica.Proposal;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of Ratis on the store's files, from its start to its close or its failure. */
final class RaftMember {
  private static final Logger LOG = LoggerFactory.getLogger(RaftMember.class);

  /**
   * How long {@link #start} waits for a leader. Before that it reads its snapshot and its log,
   * which may be gigabytes on a slow disk.
   */
  private static final long LEAD_SECONDS = 600;

  private static final long CLOSE_SECONDS = 10;

  /** How long what the leader has committed may take to come here. */
  private static final long COMES_SECONDS = 30;

  private final RaftServer server;
  private final Transport transport;
  private final Replica replica;
  private final RatisMachine machine;
  private final ClientId clientId;
  private @Nullable CompletableFuture<Void> ended;

  private RaftMember(
      RaftServer server,
      Transport transport,
      Replica replica,
      RatisMachine machine,
      ClientId clientId) {
    this.server = server;
    this.transport = transport;
    this.replica = replica;
    this.machine = machine;
    this.clientId = clientId;
  }

  /**
   * Returns when this member leads and has applied the whole log, or when it knows who leads; a
   * failure leaves nothing running. The files must be whole, or there must be none.
   */
  @SuppressWarnings("MustBeClosedChecker")
  static RaftMember start(
      RaftStoreOptions options,
      Transport transport,
      Replica replica,
      LastEntry lastEntry,
      Seal seal)
      throws IOException {
    ClientId clientId = ClientId.randomId();
    RatisMachine machine = new RatisMachine(clientId, options, replica, lastEntry, seal);
    RaftMember member =
        new RaftMember(
            RatisSetup.server(options, transport, machine), transport, replica, machine, clientId);
    try {
      member.server.start();
      RatisSetup.checkMember(member.server, options, transport);
      member.awaitLeader();
      return member;
    } catch (IOException | RuntimeException e) {
      member.close();
      throw e;
    }
  }

  private void awaitLeader() throws IOException {
    try {
      machine.ready().get(LEAD_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? String.valueOf(e) : cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IOException("nobody came to lead within " + LEAD_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Tells who follows who leads; commits must find their way here. */
  void announce() {
    machine.announce();
  }

  /** Done when this run has failed, with the reason. */
  CompletableFuture<StoreFailure> failed() {
    return machine.failed();
  }

  /**
   * @param json the transaction as it is stored
   * @param readBack the transaction that was read from it, so that every member applies the same
   */
  Future<Commit> commit(byte[] json, Transaction readBack) {
    StoreFailure failure = machine.failure();
    if (failure != null) {
      return Future.failedFuture(
          new StoreFailure(String.valueOf(failure.getMessage()), true, failure));
    }
    Proposal proposal = replica.propose(readBack);
    submit(proposal.id(), machine.sealed(json));
    StoreFailure meanwhile = machine.failure();
    if (meanwhile != null) {
      replica.giveUp(proposal.id(), meanwhile);
    }
    return proposal.future();
  }

  /** Hands it to the log where this member leads, and else to the one that does. */
  private void submit(long callId, byte[] entry) {
    try {
      RaftPeerId leader = server.getDivision(GroupFiles.ID).getInfo().getLeaderId();
      if (leader == null) {
        replica.giveUp(callId, new StoreException(new Refusal.NotLeader("nobody leads")));
        return;
      }
      RaftClientRequest request =
          RaftClientRequest.newBuilder()
              .setClientId(clientId)
              .setServerId(leader)
              .setGroupId(GroupFiles.ID)
              .setCallId(callId)
              .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
              .setType(RaftClientRequest.writeRequestType())
              .build();
      boolean here = leader.equals(server.getId());
      CompletableFuture<RaftClientReply> reply =
          here ? server.submitClientRequestAsync(request) : transport.forward(leader, request);
      var _ = reply.whenComplete((answer, e) -> replied(callId, answer, e, here));
    } catch (IOException | RuntimeException e) {
      replica.giveUp(callId, failure(e));
    }
  }

  /** A success needs nothing more: the commit is answered when it is applied here. */
  private void replied(
      long callId, @Nullable RaftClientReply reply, @Nullable Throwable e, boolean here) {
    if (e != null) {
      replica.giveUp(callId, failure(e));
    } else if (reply != null && !reply.isSuccess()) {
      replica.giveUp(callId, failure(reply.getException()));
    } else if (!here) {
      CompletableFuture.delayedExecutor(COMES_SECONDS, TimeUnit.SECONDS)
          .execute(() ->
              replica.giveUp(
                  callId,
                  new StoreFailure(
                      "the change was committed, but has not come to this manager within "
                          + COMES_SECONDS
                          + " s; read the state to know",
                      false,
                      null)));
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

  /** Transactions under way are committed or fail. Blocks; a second call waits for the first. */
  void close() throws IOException {
    machine.expectClose();
    try {
      closing().get(CLOSE_SECONDS, TimeUnit.SECONDS);
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
    }
  }

  private synchronized CompletableFuture<Void> closing() {
    CompletableFuture<Void> known = ended;
    if (known != null) {
      return known;
    }
    CompletableFuture<Void> begun = new CompletableFuture<>();
    ended = begun;
    Thread.ofPlatform()
        .daemon()
        .name("skep-raft-close")
        .start(() -> {
          try {
            server.close();
            begun.complete(null);
          } catch (IOException | RuntimeException e) {
            begun.completeExceptionally(e);
          }
        });
    return begun;
  }
}
