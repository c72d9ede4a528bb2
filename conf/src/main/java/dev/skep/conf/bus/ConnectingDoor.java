package dev.skep.conf.bus;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** The connecting end: what is written before both proofs were shown waits. */
final class ConnectingDoor extends Door {
  private final BusProof proof;
  private final byte[] own;
  private byte @Nullable [] other;
  private @Nullable PendingWriteQueue early;

  ConnectingDoor(BusProof proof) {
    this.proof = proof;
    this.own = proof.challenge();
    await(BusProof.BYTES);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    PendingWriteQueue held = early;
    if (held == null) {
      held = new PendingWriteQueue(ctx);
      early = held;
    }
    held.add(message, promise);
  }

  @Override
  void came(ChannelHandlerContext ctx, byte[] bytes) {
    InetSocketAddress door = (InetSocketAddress) ctx.channel().remoteAddress();
    byte[] challenge = other;
    if (challenge == null) {
      other = bytes;
      await(BusProof.BYTES);
      send(ctx, own, proof.ofConnecting(door, bytes, own));
    } else if (BusProof.same(proof.ofAccepting(door, challenge, own), bytes)) {
      if (early != null) {
        var _ = early.removeAndWriteAll();
        ctx.flush();
      }
      open(ctx);
    } else {
      refuse(ctx, "who listens there does not know the bus secret");
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (early != null) {
      early.removeAndFailAll(new ClosedChannelException());
    }
    ctx.fireChannelInactive();
  }
}
