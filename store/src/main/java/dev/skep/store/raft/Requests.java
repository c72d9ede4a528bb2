package dev.skep.store.raft;

import dev.skep.store.StoreFailure;
import dev.skep.store.raft.transport.Transport;
import dev.skep.store.replica.Replica;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * Brings transactions and reads to the member that leads. While nobody does, they wait for a while:
 * an election takes a second. A transaction is never handed over twice.
 */
final class Requests {
  /** How long they wait for somebody to lead. */
  private static final long LEADER_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long PAUSE_MILLIS = 25;

  /** How long what the leader has committed may take to come here. */
  private static final long COMES_SECONDS = 30;

  private final RaftServer server;
  private final RaftServer.Division division;
  private final Transport transport;
  private final Replica replica;
  private final RatisMachine machine;
  private final ClientId clientId;

  /** Reads are no proposals, so they have ids of their own. */
  private final ClientId reader = ClientId.randomId();

  private final AtomicLong reads = new AtomicLong();

  Requests(
      RaftServer server,
      RaftServer.Division division,
      Transport transport,
      Replica replica,
      RatisMachine machine,
      ClientId clientId) {
    this.server = server;
    this.division = division;
    this.transport = transport;
    this.replica = replica;
    this.machine = machine;
    this.clientId = clientId;
  }

  // ------------------------------------------------------------------ transactions

  /** The proposal is answered when its entry is applied here, or given up. */
  void submit(long proposal, byte[] entry) {
    Message message = Message.valueOf(UnsafeByteOperations.unsafeWrap(entry));
    submit(new Submission(proposal, message, System.nanoTime() + LEADER_NANOS));
  }

  /**
   * @param until it waits for somebody to lead, in {@link System#nanoTime}
   */
  private record Submission(long proposal, Message entry, long until) {}

  private void submit(Submission submission) {
    RaftPeer leader = leader();
    if (leader == null) {
      again(submission, "nobody leads");
    } else if (leader.getId().equals(server.getId())) {
      if (!division.getInfo().isLeader()) {
        again(submission, "this manager leads no more");
        return;
      }
      try {
        var _ =
            server
                .submitClientRequestAsync(request(leader.getId(), submission))
                .whenComplete((reply, e) -> replied(submission, reply, e, true));
      } catch (IOException | RuntimeException e) {
        replied(submission, null, e, true);
      }
    } else {
      Thread.ofVirtual().name("skep-store-forward").start(() -> forward(leader, submission));
    }
  }

  private void forward(RaftPeer leader, Submission submission) {
    try {
      replied(submission, transport.send(leader, request(leader.getId(), submission)), null, false);
    } catch (IOException | RuntimeException e) {
      replied(submission, null, e, false);
    }
  }

  /** Who leads, as far as is known, and where it is. */
  private @Nullable RaftPeer leader() {
    RaftPeerId id = division.getInfo().getLeaderId();
    return id == null ? null : division.getRaftConf().getPeer(id);
  }

  private RaftClientRequest request(RaftPeerId leader, Submission submission) {
    return RaftClientRequest.newBuilder()
        .setClientId(clientId)
        .setServerId(leader)
        .setGroupId(division.getMemberId().getGroupId())
        .setCallId(submission.proposal())
        .setMessage(submission.entry())
        .setType(RaftClientRequest.writeRequestType())
        .build();
  }

  /** A success needs nothing more: the commit is answered when it is applied here. */
  private void replied(
      Submission submission,
      @Nullable RaftClientReply reply,
      @Nullable Throwable thrown,
      boolean here) {
    Throwable failure =
        thrown != null ? thrown : reply == null || reply.isSuccess() ? null : reply.getException();
    if (failure != null) {
      Throwable cause = unwrapped(failure);
      if (notTaken(cause)) {
        again(submission, cause.toString());
      } else {
        replica.giveUp(submission.proposal(), failure(cause));
      }
    } else if (!here) {
      CompletableFuture.delayedExecutor(COMES_SECONDS, TimeUnit.SECONDS)
          .execute(() ->
              replica.giveUp(
                  submission.proposal(),
                  new StoreFailure(
                      "the change was committed, but has not come to this manager within "
                          + COMES_SECONDS
                          + " s; read the state to know",
                      false,
                      null)));
    }
  }

  /** Whether it is certain that the log did not get it. */
  private static boolean notTaken(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof ConnectException) {
        return true;
      }
    }
    return cause instanceof LeaderNotReadyException || cause instanceof LeaderSteppingDownException;
  }

  private void again(Submission submission, String reason) {
    StoreFailure failed = machine.failure();
    if (failed != null) {
      replica.giveUp(submission.proposal(), failed);
    } else if (System.nanoTime() - submission.until() > 0) {
      replica.giveUp(submission.proposal(), new StoreException(new Refusal.NotLeader(reason)));
    } else {
      soon().execute(() -> submit(submission));
    }
  }

  private static Executor soon() {
    return CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static Throwable unwrapped(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  private static RuntimeException failure(Throwable cause) {
    return switch (cause) {
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

  // ------------------------------------------------------------------ reads

  /** Succeeds when everything is applied here that was committed anywhere before the call. */
  Future<Void> read() {
    Promise<Void> promise = Promise.promise();
    read(promise, System.nanoTime() + LEADER_NANOS);
    return promise.future();
  }

  private void read(Promise<Void> promise, long until) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(reader)
            .setServerId(server.getId())
            .setGroupId(division.getMemberId().getGroupId())
            .setCallId(reads.incrementAndGet())
            .setMessage(Message.EMPTY)
            .setType(RaftClientRequest.readRequestType())
            .build();
    try {
      var _ =
          server
              .submitClientRequestAsync(request)
              .whenComplete((reply, e) -> {
                if (e == null && reply.isSuccess()) {
                  promise.complete();
                } else {
                  readAgain(promise, until, e == null ? reply.getException() : e);
                }
              });
    } catch (IOException | RuntimeException e) {
      readAgain(promise, until, e);
    }
  }

  private void readAgain(Promise<Void> promise, long until, @Nullable Throwable cause) {
    StoreFailure failed = machine.failure();
    if (failed != null) {
      promise.fail(new StoreFailure(String.valueOf(failed.getMessage()), true, failed));
    } else if (System.nanoTime() - until > 0) {
      promise.fail(new StoreException(new Refusal.NotLeader(String.valueOf(cause))));
    } else {
      soon().execute(() -> read(promise, until));
    }
  }
}
