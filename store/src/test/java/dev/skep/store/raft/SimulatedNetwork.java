package dev.skep.store.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;

/**
 * Carries what the members of a group in this process say to one another, and can be cut: members
 * are set apart, messages and answers are lost or come late, as the seed has it. What Ratis's own
 * threads do in between is not the seed's. Any thread may call.
 */
final class SimulatedNetwork implements AutoCloseable {
  static final String PARAMETER = "simulated-network";

  /** Messages are late by up to so much, about as between hosts that are busy. */
  private static final Duration LATE_MAX = Duration.ofMillis(20);

  private final List<String> members;
  private final SplittableRandom random;
  private final Map<String, RaftServer> servers = new ConcurrentHashMap<>();
  private final Set<String> apart = new HashSet<>();
  private final ExecutorService forwarding = Executors.newVirtualThreadPerTaskExecutor();
  private int lostPercent;
  private int latePercent;

  SimulatedNetwork(List<String> members, long seed) {
    this.members = List.copyOf(members);
    this.random = new SplittableRandom(seed);
  }

  /** A call between two members that can fail. */
  interface Call<T> {
    T on(RaftServer server) throws IOException;
  }

  // ------------------------------------------------------------------ faults

  /** From now on nothing gets to the member or away from it. */
  synchronized void setApart(String member) {
    apart.add(member);
  }

  /** Everything gets everywhere again. */
  synchronized void heal() {
    apart.clear();
    lostPercent = 0;
    latePercent = 0;
  }

  /** From now on so many of a hundred messages, and of answers, are lost or late. */
  synchronized void disturb(int lost, int late) {
    lostPercent = lost;
    latePercent = late;
  }

  private enum Fate {
    ARRIVES,
    LATE,
    LOST
  }

  private synchronized Fate fate(String from, String to) {
    if (apart.contains(from) || apart.contains(to)) {
      return Fate.LOST;
    }
    int drawn = random.nextInt(100);
    return drawn < lostPercent
        ? Fate.LOST
        : drawn < lostPercent + latePercent ? Fate.LATE : Fate.ARRIVES;
  }

  private synchronized long lateNanos() {
    return random.nextLong(LATE_MAX.toNanos());
  }

  private void pass(String from, String to, String what) throws IOException {
    switch (fate(from, to)) {
      case LOST -> throw new IOException("%s from %s to %s was lost".formatted(what, from, to));
      case LATE -> LockSupport.parkNanos(lateNanos());
      case ARRIVES -> {
        // at once
      }
    }
  }

  /** Brings a message to a member, and its answer back. */
  <T> T call(String from, String to, Call<T> call) throws IOException {
    pass(from, to, "a message");
    RaftServer server = servers.get(to);
    if (server == null) {
      throw new IOException(to + " does not run");
    }
    T answer = call.on(server);
    pass(to, from, "an answer");
    return answer;
  }

  // ------------------------------------------------------------------ members

  void runs(RaftServer server) {
    servers.put(server.getId().toString(), server);
  }

  void stopped(RaftServer server) {
    servers.remove(server.getId().toString(), server);
  }

  /** What a member reaches the others by. */
  Transport of(String member) {
    return new Transport() {
      @Override
      public List<String> members() {
        return members;
      }

      @Override
      public RpcType rpc() {
        return new SimulatedRpc();
      }

      @Override
      public Parameters parameters() {
        Parameters parameters = new Parameters();
        parameters.put(PARAMETER, SimulatedNetwork.this, SimulatedNetwork.class);
        return parameters;
      }

      @Override
      public CompletableFuture<RaftClientReply> forward(
          RaftPeerId leader, RaftClientRequest request) {
        CompletableFuture<RaftClientReply> reply = new CompletableFuture<>();
        forwarding.execute(() -> {
          try {
            reply.complete(
                call(member, leader.toString(), server -> server.submitClientRequest(request)));
          } catch (IOException | RuntimeException e) {
            reply.completeExceptionally(e);
          }
        });
        return reply;
      }
    };
  }

  @Override
  public void close() {
    forwarding.shutdownNow();
  }
}
