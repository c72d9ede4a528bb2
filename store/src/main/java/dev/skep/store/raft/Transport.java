package dev.skep.store.raft;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;

/** How one member of a group reaches the others. */
interface Transport {
  /** A group of one: there is nobody to reach. */
  static Transport ofOne(String member) {
    return new Transport() {
      @Override
      public List<String> members() {
        return List.of(member);
      }

      @Override
      public RpcType rpc() {
        return new SingleMemberRpc();
      }

      @Override
      public Parameters parameters() {
        return new Parameters();
      }

      @Override
      public CompletableFuture<RaftClientReply> forward(
          RaftPeerId leader, RaftClientRequest request) {
        throw new IllegalStateException("a group of one has no other member, such as " + leader);
      }
    };
  }

  /** The ids of the members that found the group; later its log says who they are. */
  List<String> members();

  /** What Ratis's own messages go by; it is made anew by its class name. */
  RpcType rpc();

  /** What {@link #rpc} is made with. */
  Parameters parameters();

  /**
   * Brings a transaction to the member that leads, and its answer back. Fails in a bounded time
   * when there is none; then nobody knows whether it was taken.
   */
  CompletableFuture<RaftClientReply> forward(RaftPeerId leader, RaftClientRequest request);
}
