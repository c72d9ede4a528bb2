package dev.skep.store.raft;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexReplyProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;

/** Ratis's transport over a {@link SimulatedNetwork}. Ratis makes it by its class name. */
public final class SimulatedRpc implements RpcType {
  @Override
  public String name() {
    return SimulatedRpc.class.getName();
  }

  @Override
  public ServerFactory newFactory(Parameters parameters) {
    return new Factory(
        this, parameters.getNonNull(SimulatedNetwork.PARAMETER, SimulatedNetwork.class));
  }

  private record Factory(RpcType type, SimulatedNetwork network) implements ServerFactory {
    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return new Rpc(type, network, server);
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }
  }

  private record Rpc(RpcType type, SimulatedNetwork network, RaftServer server)
      implements RaftServerRpc {
    @Override
    public void start() {
      network.runs(server);
    }

    @Override
    public void close() {
      network.stopped(server);
    }

    @Override
    public InetSocketAddress getInetSocketAddress() {
      return InetSocketAddress.createUnresolved(server.getId().toString(), 0);
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> peers) {
      // the network knows who runs
    }

    @Override
    public void handleException(RaftPeerId peer, Exception e, boolean reconnect) {
      // there is no connection to be made anew
    }

    @Override
    public RaftServerAsynchronousProtocol async() {
      return new RaftServerAsynchronousProtocol() {
        @Override
        public CompletableFuture<AppendEntriesReplyProto> appendEntriesAsync(
            AppendEntriesRequestProto request) {
          throw new UnsupportedOperationException("entries are sent by appendEntries");
        }

        @Override
        public CompletableFuture<ReadIndexReplyProto> readIndexAsync(
            ReadIndexRequestProto request) {
          CompletableFuture<ReadIndexReplyProto> reply = new CompletableFuture<>();
          network.inBackground(() -> {
            try {
              reply.complete(
                  call(request.getServerRequest(), other -> other.readIndexAsync(request).join()));
            } catch (IOException | RuntimeException e) {
              reply.completeExceptionally(e);
            }
          });
          return reply;
        }
      };
    }

    private <T> T call(RaftRpcRequestProto about, SimulatedNetwork.Call<T> call)
        throws IOException {
      return network.call(
          about.getRequestorId().toStringUtf8(), about.getReplyId().toStringUtf8(), call);
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
      return call(request.getServerRequest(), other -> other.requestVote(request));
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request)
        throws IOException {
      return call(request.getServerRequest(), other -> other.appendEntries(request));
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request)
        throws IOException {
      return call(request.getServerRequest(), other -> other.installSnapshot(request));
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(
        StartLeaderElectionRequestProto request) throws IOException {
      return call(request.getServerRequest(), other -> other.startLeaderElection(request));
    }
  }
}
