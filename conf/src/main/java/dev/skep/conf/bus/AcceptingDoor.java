package dev.skep.conf.bus;

import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** The accepting end: sends its challenge at once. */
final class AcceptingDoor extends Door {
  private final BusProof proof;
  private final AtomicInteger waiting;
  private final int most;
  private final byte[] own;
  private boolean counted;

  /**
   * @param waiting how many connections wait, this one among them while it does
   */
  AcceptingDoor(BusProof proof, AtomicInteger waiting, int most) {
    this.proof = proof;
    this.waiting = waiting;
    this.most = most;
    this.own = proof.challenge();
    await(2 * BusProof.BYTES);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    counted = true;
    if (waiting.incrementAndGet() > most) {
      refuse(ctx, "too many connections wait to prove that they are members");
    } else {
      send(ctx, own);
    }
    super.channelActive(ctx);
  }

  @Override
  void came(ChannelHandlerContext ctx, byte[] bytes) {
    InetSocketAddress door = (InetSocketAddress) ctx.channel().localAddress();
    byte[] other = Arrays.copyOf(bytes, BusProof.BYTES);
    byte[] shown = Arrays.copyOfRange(bytes, BusProof.BYTES, bytes.length);
    if (!BusProof.same(proof.ofConnecting(door, own, other), shown)) {
      refuse(ctx, "who connects does not know the bus secret");
      return;
    }
    send(ctx, proof.ofAccepting(door, own, other));
    open(ctx);
  }

  /** The connection waits no longer: it is through, or gone. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (counted) {
      counted = false;
      waiting.decrementAndGet();
    }
  }
}
