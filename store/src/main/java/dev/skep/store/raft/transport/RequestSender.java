package dev.skep.store.raft.transport;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;

/** Hands requests to other members, each over a stream of its own. Any thread may call. */
final class RequestSender implements AutoCloseable {
  private final RaftProperties properties;
  private final GrpcFactory factory;

  /** One for each address; a group has a handful of members, and few of them move. */
  private final Map<String, RaftClientRpc> connections = new ConcurrentHashMap<>();

  RequestSender(RaftProperties properties, Parameters parameters) {
    this.properties = properties;
    this.factory = new GrpcFactory(parameters);
  }

  /** As {@link Transport#send}. */
  RaftClientReply send(RaftPeer member, RaftClientRequest request) throws IOException {
    RaftClientRpc connection =
        connections.computeIfAbsent(member.getId() + " " + member.getAddress(), key -> to(member));
    try {
      return connection.sendRequest(request);
    } catch (IOException e) {
      // The next request connects anew: a connection that was cut may take minutes to notice.
      connection.handleException(member.getId(), e, true);
      throw e;
    }
  }

  private RaftClientRpc to(RaftPeer member) {
    RaftClientRpc connection = factory.newRaftClientRpc(ClientId.randomId(), properties);
    connection.addRaftPeers(List.of(member));
    return connection;
  }

  @Override
  public void close() {
    for (RaftClientRpc connection : connections.values()) {
      try {
        connection.close();
      } catch (IOException e) {
        // it is given up either way
      }
    }
    connections.clear();
  }
}
