package dev.skep.store.raft.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpcWithProxy;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/** Members on several hosts: gRPC in mutual TLS. */
public final class GrpcTransport implements Transport {
  /**
   * Times eight is how long a leader waits for a member that died while it was sent a snapshot,
   * before it sends it anything else.
   */
  private static final TimeDuration SNAPSHOT_PART = millis(250);

  /** A transaction that another member leads is committed in so long, or nobody knows. */
  private static final TimeDuration REQUEST = millis(5_000);

  /** The largest entry of the log and what is sent around it; Ratis wants a megabyte between. */
  private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

  /** Two connections carry everything. */
  private static final int EVENT_LOOPS = 2;

  private final RaftNetwork network;

  /** Made when it is needed: the only manager of a swarm need not load gRPC. */
  private @Nullable RequestSender sender;

  private boolean closed;

  public GrpcTransport(RaftNetwork network) {
    this.network = network;
  }

  @Override
  public RpcType rpc() {
    return SupportedRpcType.GRPC;
  }

  @Override
  public Parameters parameters() {
    return ManagersOnly.parameters(network);
  }

  @Override
  public void configure(RaftProperties properties) {
    GrpcConfigKeys.Server.setHost(properties, network.bind().getHostAddress());
    GrpcConfigKeys.Server.setPort(properties, 0);
    GrpcConfigKeys.Server.setInstallSnapshotRequestTimeout(properties, SNAPSHOT_PART);
    GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf(MESSAGE_BYTES_MAX));
    GrpcConfigKeys.Server.setWorkerGroupSize(properties, EVENT_LOOPS);
    GrpcConfigKeys.Server.setBossGroupSize(properties, 1);
    GrpcConfigKeys.Client.setWorkerGroupSize(properties, EVENT_LOOPS);
  }

  @Override
  public RaftClientReply send(RaftPeer member, RaftClientRequest request) throws IOException {
    return sender().send(member, request);
  }

  private synchronized RequestSender sender() throws IOException {
    if (closed) {
      throw new ConnectException("the store is closed");
    }
    RequestSender known = sender;
    if (known != null) {
      return known;
    }
    RaftProperties properties = new RaftProperties();
    configure(properties);
    RaftClientConfigKeys.Rpc.setRequestTimeout(properties, REQUEST);
    RequestSender made = new RequestSender(properties, parameters());
    sender = made;
    return made;
  }

  @Override
  public void reconnect(RaftServer server, RaftPeerId member) {
    server.getServerRpc().handleException(member, new IOException("no word from " + member), true);
  }

  @Override
  public void moved(RaftServer server, RaftPeer member) {
    if (server.getServerRpc() instanceof RaftServerRpcWithProxy<?, ?> rpc) {
      PeerAddresses.change(rpc.getProxies(), member);
    }
  }

  @Override
  public void started(RaftServer server) {
    network.bound().accept(address(server));
  }

  @Override
  public Optional<InetSocketAddress> listens(RaftServer server) {
    return Optional.of(address(server));
  }

  /** Ratis names the port only, not the address. */
  private InetSocketAddress address(RaftServer server) {
    return new InetSocketAddress(
        network.bind(), server.getServerRpc().getInetSocketAddress().getPort());
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (sender != null) {
      sender.close();
    }
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
