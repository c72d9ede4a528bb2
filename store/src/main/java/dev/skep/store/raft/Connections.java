package dev.skep.store.raft;

import dev.skep.store.raft.transport.Transport;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to other members anew. After a cut, TCP tries the old ones again after pauses
 * that have grown to a minute; a new one is there at once. And a member may have moved.
 */
final class Connections {
  /** A new connection is given so long before the next one. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Transport transport;
  private final RaftPeerId self;

  /** When a connection to each member was made anew. */
  private final Map<RaftPeerId, Long> renewed = new ConcurrentHashMap<>();

  /** Where each member was when that was last said. */
  private final Map<RaftPeerId, String> addresses = new ConcurrentHashMap<>();

  private volatile @Nullable RaftServer server;

  /**
   * @param self this member
   */
  Connections(Transport transport, String self) {
    this.transport = transport;
    this.self = RaftPeerId.valueOf(self);
  }

  /** Whose connections these are, before it starts. */
  void of(RaftServer running) {
    server = running;
  }

  /** Takes note of who the members are, as an entry of the log says. */
  void members(RaftConfigurationProto members) {
    members(
        Stream.concat(members.getPeersList().stream(), members.getListenersList().stream())
            .map(Connections::peer)
            .toList());
  }

  private static RaftPeer peer(RaftPeerProto proto) {
    return RaftPeer.newBuilder().setId(proto.getId()).setAddress(proto.getAddress()).build();
  }

  /** Takes note of who the members are. */
  void members(Collection<RaftPeer> members) {
    RaftServer running = server;
    for (RaftPeer peer : members) {
      if (!peer.getId().equals(self)) {
        String before = addresses.put(peer.getId(), peer.getAddress());
        if (running != null && before != null && !before.equals(peer.getAddress())) {
          later(() -> transport.moved(running, peer));
        }
      }
    }
  }

  /** Closing a connection takes seconds when nobody answers. */
  private static void later(Runnable work) {
    Thread.ofVirtual().name("skep-store-connect").start(work);
  }

  /** Nothing was heard from a member for a while. */
  void silent(RaftPeerId member) {
    RaftServer running = server;
    long now = System.nanoTime();
    Long last = renewed.get(member);
    if (running != null && (last == null || now - last > PATIENCE_NANOS)) {
      renewed.put(member, now);
      later(() -> transport.reconnect(running, member));
    }
  }

  /** Nothing was heard from anybody for a while. */
  void allSilent() {
    addresses.keySet().forEach(this::silent);
  }
}
