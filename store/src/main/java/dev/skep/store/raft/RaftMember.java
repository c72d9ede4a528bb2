package dev.skep.store.raft;

import dev.skep.store.StoreFailure;
import dev.skep.store.raft.group.GroupAdmin;
import dev.skep.store.raft.transport.Transport;
import dev.skep.store.replica.Proposal;
import dev.skep.store.replica.Replica;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of Ratis on the store's files, from its start to its close or its failure. */
final class RaftMember {
  private static final Logger LOG = LoggerFactory.getLogger(RaftMember.class);

  /**
   * How long the only member waits until it leads. Before that it reads its snapshot and its log,
   * which may be gigabytes on a slow disk.
   */
  private static final long LEAD_SECONDS = 600;

  /**
   * How long one of several waits for somebody to lead. There may be too few of them; then it shows
   * what it knew last.
   */
  private static final long FOLLOW_SECONDS = 10;

  private static final long CLOSE_SECONDS = 10;

  private final StoreParts parts;
  private final Company company;
  private final RaftServer server;
  private final RaftServer.Division division;
  private final Transport transport;
  private final Replica replica;
  private final RatisMachine machine;
  private final Requests requests;
  private final GroupAdmin admin;
  private @Nullable CompletableFuture<Void> ended;

  private RaftMember(
      StoreParts parts,
      Transport transport,
      Company company,
      RaftServer server,
      RatisMachine machine,
      ClientId clientId)
      throws IOException {
    this.parts = parts;
    this.company = company;
    this.server = server;
    this.division = server.getDivision(parts.group());
    this.transport = transport;
    this.replica = parts.replica();
    this.machine = machine;
    this.requests = new Requests(server, division, transport, replica, machine, clientId);
    this.admin = new GroupAdmin(server, division);
  }

  /**
   * Returns when the log runs; a failure leaves nothing running. The files must be whole, or there
   * must be none.
   *
   * @param company who else there is, as far as is known before the log is read
   */
  @SuppressWarnings("MustBeClosedChecker")
  static RaftMember start(StoreParts parts, Transport transport, Company company)
      throws IOException {
    ClientId clientId = ClientId.randomId();
    Connections connections = new Connections(transport, parts.options().memberId());
    RatisMachine machine = new RatisMachine(clientId, parts, connections);
    RaftServer server = RatisSetup.server(parts, transport, company, machine);
    RaftMember member = new RaftMember(parts, transport, company, server, machine, clientId);
    machine.runsIn(member.division);
    connections.of(server);
    try {
      server.start();
      transport.started(server);
      connections.members(member.all().toList());
      return member;
    } catch (IOException | RuntimeException e) {
      member.close();
      throw e;
    }
  }

  /** Waits until this member leads and has applied the whole log, or knows who leads. */
  void awaitLeader() throws IOException {
    boolean alone = company.electsItself();
    long seconds = alone ? LEAD_SECONDS : FOLLOW_SECONDS;
    try {
      if (alone || isMember()) {
        machine.ready().get(seconds, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? String.valueOf(e) : cause.getMessage(), cause);
    } catch (TimeoutException e) {
      if (alone) {
        throw new IOException("nobody came to lead within " + seconds + " s", e);
      }
      LOG.atWarn()
          .addKeyValue("members", all().map(RaftPeer::getId).toList())
          .addKeyValue("seconds", seconds)
          .log("nobody leads the managers; going on with what this one knew last");
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

  /** Whether this run has failed because the others removed this member. */
  boolean removed() {
    return machine.removed();
  }

  // ------------------------------------------------------------------ members

  /** Whether this member is of the group, as far as it knows. */
  boolean isMember() {
    RaftPeerId self = server.getId();
    return all().map(RaftPeer::getId).anyMatch(self::equals);
  }

  /** Whether there is any other member. */
  boolean hasOthers() {
    RaftPeerId self = server.getId();
    return all().map(RaftPeer::getId).anyMatch(id -> !id.equals(self));
  }

  /** Every member, those that come and go included. */
  private Stream<RaftPeer> all() {
    RaftConfiguration members = division.getRaftConf();
    return Stream.concat(
        members.getAllPeers(RaftPeerRole.FOLLOWER).stream(),
        members.getAllPeers(RaftPeerRole.LISTENER).stream());
  }

  String id() {
    return parts.options().memberId();
  }

  GroupAdmin admin() {
    return admin;
  }

  /** Where it listens; empty when nowhere. */
  Optional<InetSocketAddress> listens() {
    return transport.listens(server);
  }

  // ------------------------------------------------------------------ reading and writing

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
    requests.submit(proposal.id(), machine.sealed(json));
    StoreFailure meanwhile = machine.failure();
    if (meanwhile != null) {
      replica.giveUp(proposal.id(), meanwhile);
    }
    return proposal.future();
  }

  /** The state with everything that was committed anywhere before the call. */
  Future<ClusterState> latest() {
    return requests.read().map(done -> replica.state());
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
