package dev.skep.store.raft;

import dev.skep.store.StoreFailure;
import dev.skep.store.model.json.Json;
import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.raft.file.Reopening;
import dev.skep.store.raft.file.StoreFiles;
import dev.skep.store.raft.transport.Alone;
import dev.skep.store.raft.transport.Transport;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the log after the other. A run ends when the disk refuses a write, and the next one
 * begins once it takes writes; and it ends when the only member is to get a second one, and the
 * next one listens to it.
 */
final class MemberRuns {
  private static final Logger LOG = LoggerFactory.getLogger(MemberRuns.class);

  /** What was proposed before the only member listens is committed in so long, or fails. */
  private static final long LAST_COMMITS_SECONDS = 10;

  private final StoreParts parts;
  private final Transport alone = new Alone();
  private final @Nullable Transport network;

  /** Held by who starts or closes a run of the log. */
  private final ReentrantLock turn = new ReentrantLock();

  /** Held for reading by who proposes, for writing by who says that they must wait. */
  private final ReentrantReadWriteLock proposing = new ReentrantReadWriteLock();

  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile RaftMember member;
  private volatile @Nullable StoreFailure failure;

  /** Done when the next run takes transactions; there only while they wait for it. */
  private @Nullable Promise<Void> waiting;

  private MemberRuns(StoreParts parts, @Nullable Transport network, boolean alone)
      throws IOException {
    this.parts = parts;
    this.network = network;
    this.member = begin(company(alone));
  }

  /**
   * Begins the first run. Nobody is told anything before {@link #follow}.
   *
   * @param network to several members; null where there can be one only
   * @param alone whether there is no other member, as far as is known before the log is read
   */
  static MemberRuns start(StoreParts parts, @Nullable Transport network, boolean alone)
      throws IOException {
    return new MemberRuns(parts, network, alone);
  }

  private static Company company(boolean alone) {
    return alone ? Company.NONE : Company.OTHERS;
  }

  private RaftMember begin(Company company) throws IOException {
    RaftMember begun = RaftMember.start(parts, transport(company), company);
    try {
      if (company == Company.NONE && begun.hasOthers()) {
        // The log knows of members that were not noted yet when the process ended.
        begun.close();
        begun = RaftMember.start(parts, transport(Company.OTHERS), Company.OTHERS);
      }
      begun.awaitLeader();
      return begun;
    } catch (IOException | RuntimeException e) {
      begun.close();
      throw e;
    }
  }

  private Transport transport(Company company) throws IOException {
    if (company == Company.NONE) {
      return alone;
    }
    if (network == null) {
      throw new IOException("it has members on other hosts, and nothing says how to reach them");
    }
    return network;
  }

  RaftMember member() {
    return member;
  }

  /** Whether there can be other members. */
  boolean networked() {
    return network != null;
  }

  Optional<StoreFailure> failure() {
    return Optional.ofNullable(failure);
  }

  // ------------------------------------------------------------------ writing

  Future<Commit> commit(byte[] json) {
    proposing.readLock().lock();
    try {
      Promise<Void> next = waiting;
      if (next != null) {
        return next.future().compose(done -> commit(json));
      }
      StoreFailure failed = failure;
      if (failed != null) {
        return Future.failedFuture(
            new StoreFailure(String.valueOf(failed.getMessage()), true, failed));
      }
      return member.commit(json, Json.readStored(json, Transaction.class));
    } finally {
      proposing.readLock().unlock();
    }
  }

  // ------------------------------------------------------------------ when the log stops

  /** From now on who follows is told who leads, and a run that fails is followed by another. */
  void follow() {
    member.announce();
    var _ = member.failed().thenAccept(this::failed);
  }

  private void failed(StoreFailure cause) {
    if (closing.getCount() == 0 || turn.isHeldByCurrentThread()) {
      return; // it was meant to end
    }
    failure = cause;
    if (member.removed()) {
      LOG.atWarn().log("this manager was removed by the others; its store takes no more commits");
    } else {
      Thread.ofPlatform().daemon().name("skep-store-reopen").start(this::reopen);
    }
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
      Reopening.requireRoom(parts.options().directory());
      Reopening.copyLastSegments(GroupFiles.in(parts.options().directory()));
      member = begin(company(repaired().alone()));
      failure = null;
      LOG.atInfo()
          .addKeyValue("directory", parts.options().directory())
          .addKeyValue("index", parts.replica().state().index())
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

  private GroupFiles.Whole repaired() throws IOException {
    GroupFiles.Whole group =
        StoreFiles.look(parts.options().directory(), parts.options().owner()).group();
    group.repair();
    return group;
  }

  private void stillFailing(Exception e) {
    StoreFailure now =
        new StoreFailure(
            "the store's log cannot be written: %s. Make room or repair the disk: the store in %s is opened again by itself once %d MiB can be written there"
                .formatted(reason(e), parts.options().directory(), Reopening.ROOM_BYTES >> 20),
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

  // ------------------------------------------------------------------ when others come

  /**
   * Listens to other members from now on, where this one did not yet. Transactions wait meanwhile.
   * Throws IOException when it cannot; then all is as before, or the store reopens by itself.
   */
  void listen() throws IOException {
    turn.lock();
    try {
      if (member.listens().isPresent()) {
        return;
      }
      var _ = transport(Company.EXPECTED);
      if (closing.getCount() == 0 || failure != null) {
        throw new IOException("the store takes no commits at present");
      }
      Promise<Void> next = Promise.promise();
      waitFor(next);
      try {
        lastCommits();
        member.close();
        member = begin(Company.EXPECTED);
        follow();
      } catch (IOException | RuntimeException e) {
        failure = new StoreFailure("the store's log cannot be opened: " + reason(e), true, e);
        Thread.ofPlatform().daemon().name("skep-store-reopen").start(this::reopen);
        throw e;
      } finally {
        waitFor(null);
        next.complete();
      }
    } finally {
      turn.unlock();
    }
  }

  private void waitFor(@Nullable Promise<Void> next) {
    proposing.writeLock().lock();
    try {
      waiting = next;
    } finally {
      proposing.writeLock().unlock();
    }
  }

  /** The only member commits in order: when one more is applied, so are those before it. */
  private void lastCommits() throws IOException {
    byte[] nothing = Json.storedBytes(Transaction.at(Instant.EPOCH).build());
    try {
      member
          .commit(nothing, Json.readStored(nothing, Transaction.class))
          .toCompletionStage()
          .toCompletableFuture()
          .get(LAST_COMMITS_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the store does not commit: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  // ------------------------------------------------------------------ closing

  /** No run is begun any more. */
  void expectClose() {
    closing.countDown();
  }

  void close() throws IOException {
    expectClose();
    turn.lock();
    try {
      member.close();
    } finally {
      turn.unlock();
      if (network != null) {
        network.close();
      }
    }
  }
}
