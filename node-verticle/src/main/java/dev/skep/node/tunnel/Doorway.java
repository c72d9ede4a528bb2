package dev.skep.node.tunnel;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How many peers a tunnel server has: those that have shown no ticket yet, and those that are in.
 * All on the server's one event loop.
 */
final class Doorway {
  /**
   * Members show their ticket with their first bytes. A peer that does not makes room for the next.
   */
  static final int MAX_WAITING = 64;

  /** Each has two sockets and their buffers. More than the followed logs and shells of a node. */
  static final int MAX_IN = 1_024;

  private final Set<Channel> waiting = new LinkedHashSet<>();
  private int in;

  /** A peer has connected; it waits until it {@link #enters} or is gone. */
  void waits(Channel peer) {
    if (waiting.size() >= MAX_WAITING) {
      Channel oldest = waiting.iterator().next();
      waiting.remove(oldest);
      Pump.drop(oldest.close());
    }
    waiting.add(peer);
    Pump.drop(peer.closeFuture().addListener(closed -> waiting.remove(peer)));
  }

  /** Whether there is room for a peer that has shown its ticket; it is out when it closes. */
  boolean enters(Channel peer) {
    waiting.remove(peer);
    if (in >= MAX_IN) {
      return false;
    }
    in++;
    Pump.drop(peer.closeFuture().addListener(closed -> in--));
    return true;
  }
}
