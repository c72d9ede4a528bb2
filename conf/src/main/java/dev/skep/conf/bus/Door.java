package dev.skep.conf.bus;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a connection of the bus until both ends have shown their proofs; then it is out of the way.
 */
abstract class Door extends ChannelDuplexHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private byte[] awaited = new byte[0];
  private int come;
  private boolean open;

  /** Waits for so many bytes next. */
  final void await(int bytes) {
    awaited = new byte[bytes];
    come = 0;
  }

  /** What was awaited has come whole. */
  abstract void came(ChannelHandlerContext ctx, byte[] bytes);

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    var _ =
        ctx.executor().schedule(() -> giveUp(ctx), BusProof.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    ctx.fireChannelActive();
  }

  private void giveUp(ChannelHandlerContext ctx) {
    if (!open && ctx.channel().isActive()) {
      refuse(ctx, "the other end did not prove in time to be a member");
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf in)) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      while (!open && in.isReadable() && ctx.channel().isActive()) {
        int bytes = Math.min(in.readableBytes(), awaited.length - come);
        in.readBytes(awaited, come, bytes);
        come += bytes;
        if (come == awaited.length) {
          came(ctx, awaited);
        }
      }
      if (open && in.isReadable()) {
        ctx.fireChannelRead(in.retain());
      }
    } finally {
      in.release();
    }
  }

  static void send(ChannelHandlerContext ctx, byte[]... parts) {
    var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(parts));
  }

  /** Steps out of the way. */
  final void open(ChannelHandlerContext ctx) {
    open = true;
    ctx.pipeline().remove(this);
  }

  static void refuse(ChannelHandlerContext ctx, String why) {
    LOG.atDebug().addKeyValue("peer", ctx.channel().remoteAddress()).log(why);
    var _ = ctx.close();
  }
}
