package dev.skep.store.raft;

import dev.skep.store.net.HostPort;
import dev.skep.store.raft.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;

/**
 * Carries what the members of a group in this process say to one another, and can be cut: members
 * are set apart, messages and answers are lost or come late, as the seed has it. What Ratis's own
 * threads do in between is not the seed's. Any thread may call.
 */
final class SimulatedNetwork implements Links {
  static final String PARAMETER = "simulated-network";

  /** Messages are late by up to so much, about as between hosts that are busy. */
  private static final Duration LATE_MAX = Duration.ofMillis(20);

  private final SplittableRandom random;
  private final Map<String, RaftServer> servers = new ConcurrentHashMap<>();
  private final Set<String> apart = new HashSet<>();
  private final ExecutorService forwarding = Executors.newVirtualThreadPerTaskExecutor();
  private int lostPercent;
  private int latePercent;

  SimulatedNetwork(long seed) {
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

  @Override
  public synchronized void heal() {
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
      throw new ConnectException(to + " does not run");
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

  /** Does something that waits for an answer. */
  void inBackground(Runnable work) {
    forwarding.execute(work);
  }

  @Override
  public HostPort address(String member) {
    return HostPort.of("127.0.0.1", 1);
  }

  @Override
  public void move(String member) {
    throw new UnsupportedOperationException("members are found by their ids");
  }

  @Override
  public Transport of(String member) {
    return new Transport() {
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
      public void configure(RaftProperties properties) {
        // it listens nowhere
      }

      @Override
      public RaftClientReply send(RaftPeer to, RaftClientRequest request) throws IOException {
        return call(member, to.getId().toString(), server -> server.submitClientRequest(request));
      }

      @Override
      public void reconnect(RaftServer server, RaftPeerId other) {
        // there is no connection
      }

      @Override
      public void moved(RaftServer server, RaftPeer other) {
        // members are found by their ids
      }

      @Override
      public void started(RaftServer server) {
        // its rpc said so
      }

      @Override
      public Optional<InetSocketAddress> listens(RaftServer server) {
        return Optional.of(InetSocketAddress.createUnresolved(member, 0));
      }

      @Override
      public void close() {
        // there is no connection
      }
    };
  }

  @Override
  public void close() {
    forwarding.shutdownNow();
  }
}
