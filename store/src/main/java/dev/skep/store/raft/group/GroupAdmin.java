package dev.skep.store.raft.group;

import dev.skep.store.MemberException;
import dev.skep.store.MemberException.Reason;
import dev.skep.store.StoreMembers.Member;
import dev.skep.store.StoreMembers.Reachability;
import dev.skep.store.net.HostPort;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SetConfigurationRequest.Arguments;
import org.apache.ratis.protocol.SetConfigurationRequest.Mode;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/** What one run of Ratis knows of the members, and how it is told to change them. */
public final class GroupAdmin {
  /** A new member gets all of the state in so long, over a slow line. */
  private static final long CHANGE_SECONDS = 600;

  /** A leader that has just begun cannot change the members for a moment. */
  private static final long BEGINS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long PAUSE_MILLIS = 50;
  private static final long TRANSFER_MILLIS = 5_000;

  /** Followers answer twice in an election timeout; who has not for so long is not there. */
  private static final long REACHABLE_MILLIS = 2_000;

  private final RaftServer server;
  private final RaftServer.Division division;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  public GroupAdmin(RaftServer server, RaftServer.Division division) {
    this.server = server;
    this.division = division;
  }

  /** Whether this member leads. */
  public boolean leads() {
    return division.getInfo().isLeader();
  }

  /** The members as this one knows them now. */
  public Configuration configuration() {
    return Configuration.of(division.getRaftConf());
  }

  /** As {@link dev.skep.store.StoreMembers#members}. */
  public List<Member> members() {
    RoleInfoProto role = division.getInfo().getRoleInfoProto();
    Map<String, Long> silent =
        role.getLeaderInfo().getFollowerInfoList().stream()
            .collect(
                Collectors.toMap(
                    follower -> follower.getId().getId().toStringUtf8(),
                    follower -> follower.getLastRpcElapsedTimeMs(),
                    Math::min));
    RaftPeerId leader = division.getInfo().getLeaderId();
    return configuration().members().stream()
        .map(peer -> member(peer, leader, silent))
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  private Member member(RaftPeer peer, @Nullable RaftPeerId leader, Map<String, Long> silent) {
    String id = peer.getId().toString();
    return new Member(
        id,
        HostPort.parse(peer.getAddress()),
        peer.getId().equals(leader),
        peer.getId().equals(server.getId())
            ? Reachability.REACHABLE
            : reachability(silent.get(id)));
  }

  private static Reachability reachability(@Nullable Long silentMillis) {
    if (silentMillis == null) {
      return Reachability.UNKNOWN;
    }
    return silentMillis <= REACHABLE_MILLIS ? Reachability.REACHABLE : Reachability.UNREACHABLE;
  }

  /** How far the log is committed where a member is, as this one knows it. */
  public long committed(String id) {
    return division.getCommitInfos().stream()
        .filter(info -> info.getServer().getId().toStringUtf8().equals(id))
        .mapToLong(info -> info.getCommitIndex())
        .max()
        .orElse(-1);
  }

  // ------------------------------------------------------------------ changing

  /**
   * Makes the members those of the configuration; returns when it is committed. A new member gets
   * the state first, while the others go on as they are. Throws {@link MemberException} where
   * nothing was changed.
   */
  public void change(Configuration next) throws IOException {
    long until = System.nanoTime() + BEGINS_NANOS;
    while (true) {
      Throwable refused = answer(() -> server.setConfigurationAsync(request(next)));
      switch (refused) {
        case null -> {
          return;
        }
        case ReconfigurationInProgressException e -> {
          if (System.nanoTime() - until > 0) {
            throw new MemberException(
                Reason.UNDER_WAY, "another change of the swarm's managers is under way; try again");
          }
        }
        case LeaderNotReadyException e -> {
          if (System.nanoTime() - until > 0) {
            throw notLeader();
          }
        }
        case ReconfigurationTimeoutException e ->
            throw new MemberException(
                Reason.UNREACHABLE,
                "the new manager cannot be reached at %s; is the port open, and does its daemon run?"
                    .formatted(added(next)));
        case LeaderSteppingDownException e -> throw notLeader();
        case NotLeaderException e ->
            throw new IOException("the leadership changed while the managers were changed", e);
        default -> throw new IOException("the managers could not be changed: " + refused, refused);
      }
      pause();
    }
  }

  private static MemberException notLeader() {
    return new MemberException(
        Reason.NOT_LEADER, "this manager does not lead; ask the one that does");
  }

  private String added(Configuration next) {
    Configuration now = configuration();
    return next.members().stream()
        .filter(peer -> !now.has(peer.getId().toString()))
        .map(RaftPeer::getAddress)
        .collect(Collectors.joining(", "));
  }

  private SetConfigurationRequest request(Configuration next) {
    Configuration now = configuration();
    return new SetConfigurationRequest(
        clientId,
        server.getId(),
        division.getMemberId().getGroupId(),
        calls.incrementAndGet(),
        Arguments.newBuilder()
            .setMode(Mode.COMPARE_AND_SET)
            .setServersInCurrentConf(now.members())
            .setServersInNewConf(next.members())
            .build());
  }

  /** Makes another member lead; returns when it does. */
  public void transfer(String id) throws IOException {
    TransferLeadershipRequest request =
        new TransferLeadershipRequest(
            clientId,
            server.getId(),
            division.getMemberId().getGroupId(),
            calls.incrementAndGet(),
            RaftPeerId.valueOf(id),
            TRANSFER_MILLIS);
    Throwable refused = answer(() -> server.transferLeadershipAsync(request));
    if (refused != null) {
      throw new IOException(
          "the leadership could not be handed over to %s: %s".formatted(id, refused), refused);
    }
  }

  private interface Call {
    CompletableFuture<RaftClientReply> make() throws IOException;
  }

  /** Why it was refused; null when it was done. */
  private static @Nullable Throwable answer(Call call) throws IOException {
    try {
      RaftClientReply reply = call.make().get(CHANGE_SECONDS, TimeUnit.SECONDS);
      return reply.isSuccess() ? null : reply.getException();
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    } catch (TimeoutException e) {
      throw new IOException("it was not done within " + CHANGE_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      return e;
    }
  }

  private static void pause() {
    CompletableFuture.runAsync(
            () -> {}, CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS))
        .join();
  }
}
