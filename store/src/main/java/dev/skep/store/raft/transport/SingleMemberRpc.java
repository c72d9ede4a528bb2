package dev.skep.store.raft.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
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

/**
 * The transport of a group of one: it listens nowhere, so that nobody on the host can talk to the
 * log past the gateway, and starts no threads. Ratis makes it by its class name.
 */
public final class SingleMemberRpc implements RpcType {
  @Override
  public String name() {
    return SingleMemberRpc.class.getName();
  }

  @Override
  public ServerFactory newFactory(Parameters parameters) {
    return new Factory(this);
  }

  private record Factory(RpcType type) implements ServerFactory {
    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return new Silence(type);
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }
  }

  private record Silence(RpcType type) implements RaftServerRpc {
    @Override
    public void start() {
      // nothing to listen to
    }

    @Override
    public void close() {
      // nothing was opened
    }

    @Override
    public InetSocketAddress getInetSocketAddress() {
      return InetSocketAddress.createUnresolved("alone", 0);
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> peers) {
      // only ever this member itself
    }

    @Override
    public void handleException(RaftPeerId peer, Exception e, boolean reconnect) {
      // there is no peer to reconnect to
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
      throw nobody();
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request)
        throws IOException {
      throw nobody();
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request)
        throws IOException {
      throw nobody();
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(
        StartLeaderElectionRequestProto request) throws IOException {
      throw nobody();
    }

    private static IOException nobody() {
      return new IOException("a group of one has no other member to talk to");
    }
  }
}
