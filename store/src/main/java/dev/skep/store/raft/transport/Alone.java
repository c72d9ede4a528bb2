package dev.skep.store.raft.transport;

import java.io.IOException;
import java.net.ConnectException;
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

/** A group of one: there is nobody to reach, and nobody is listened to. */
public final class Alone implements Transport {
  @Override
  public RpcType rpc() {
    return new SingleMemberRpc();
  }

  @Override
  public Parameters parameters() {
    return new Parameters();
  }

  @Override
  public void configure(RaftProperties properties) {
    // it listens nowhere
  }

  @Override
  public RaftClientReply send(RaftPeer member, RaftClientRequest request) throws IOException {
    throw new ConnectException("a group of one has no other member, such as " + member.getId());
  }

  @Override
  public void reconnect(RaftServer server, RaftPeerId member) {
    // there is no connection
  }

  @Override
  public void moved(RaftServer server, RaftPeer member) {
    // there is no connection
  }

  @Override
  public void started(RaftServer server) {
    // nobody waits for it
  }

  @Override
  public Optional<InetSocketAddress> listens(RaftServer server) {
    return Optional.empty();
  }

  @Override
  public void close() {
    // nothing was begun
  }
}
