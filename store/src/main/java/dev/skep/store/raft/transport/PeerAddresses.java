package dev.skep.store.raft.transport;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.util.PeerProxyMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis keeps the first address of each member for as long as the process runs, whatever its log
 * says later. Here a member's address is changed, in a field that Ratis does not show.
 */
final class PeerAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(PeerAddresses.class);

  private PeerAddresses() {}

  /** The next connection to the member goes to its new address. Blocks until the old is closed. */
  static void change(PeerProxyMap<?> connections, RaftPeer member) {
    try {
      Field field = PeerProxyMap.class.getDeclaredField("peers");
      field.setAccessible(true);
      try (Closeable before = connections.getProxy(member.getId())) {
        LOG.atInfo()
            .addKeyValue("member", member.getId())
            .addKeyValue("address", member.getAddress())
            .addKeyValue("before", before)
            .log("a member is reached at a new address");
        if (field.get(connections) instanceof Map<?, ?> peers) {
          peers.remove(member.getId());
        }
        connections.addRaftPeers(List.of(member));
      }
    } catch (ReflectiveOperationException | IOException e) {
      LOG.atWarn()
          .addKeyValue("member", member.getId())
          .addKeyValue("address", member.getAddress())
          .setCause(e)
          .log("the member's new address is used once this daemon has been started again");
    }
  }
}
