package dev.skep.store.raft.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;

/** How one member of a group reaches the others. One run of the log after the other uses it. */
public interface Transport extends AutoCloseable {
  /** What Ratis's own messages go by; it is made anew by its class name. */
  RpcType rpc();

  /** What {@link #rpc} is made with. */
  Parameters parameters();

  /** Says what {@link #rpc} must know, such as where it listens. */
  void configure(RaftProperties properties);

  /**
   * Brings a request to another member, and its answer back. Blocks for a bounded time. Throws
   * {@link java.net.ConnectException}, or an exception with that cause, when the member was never
   * reached; after any other exception nobody knows whether the request was taken.
   */
  RaftClientReply send(RaftPeer member, RaftClientRequest request) throws IOException;

  /** Makes the connections to a member anew, as it may have moved or come back. */
  void reconnect(RaftServer server, RaftPeerId member);

  /** The member is reached at another address from now on. */
  void moved(RaftServer server, RaftPeer member);

  /** The server runs, and listens where it does; it has not heard of the others yet. */
  void started(RaftServer server);

  /** Where a running server listens; empty when nowhere. */
  Optional<InetSocketAddress> listens(RaftServer server);

  /** Ends what this member began; a server that runs is closed before. */
  @Override
  void close();
}
