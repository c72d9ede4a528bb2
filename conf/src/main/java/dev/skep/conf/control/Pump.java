package dev.skep.conf.control;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what one end of a connection says to the other: what the other does not take is not read,
 * and an end of input becomes an end of output, never a close, until both directions have ended.
 * Both ends share an event loop, so nothing here needs a lock.
 */
final class Pump extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);

  private final DuplexChannel to;
  private @Nullable Pump other;
  private boolean ended;

  Pump(Channel to) {
    this.to = (DuplexChannel) to;
  }

  /** The pump of the other direction; closes both when both have ended. */
  void joins(Pump back) {
    other = back;
    back.other = this;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!to.isActive()) {
      ReferenceCountUtil.release(message);
      return;
    }
    drop(to.write(message));
    if (!to.isWritable()) {
      to.flush();
      ctx.channel().config().setAutoRead(to.isWritable());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    to.flush();
  }

  /** This end takes more again, so the other may speak. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    to.config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent) || ended) {
      return;
    }
    ended = true;
    Pump back = other;
    if (back != null && back.ended) {
      afterWrites(to, done -> drop(to.close()));
      afterWrites(ctx.channel(), done -> drop(ctx.close()));
    } else {
      afterWrites(to, done -> drop(to.shutdownOutput()));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    afterWrites(to, done -> drop(to.close()));
  }

  private static void afterWrites(Channel channel, ChannelFutureListener next) {
    drop(channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(next));
  }

  /** A write or close that fails shows as the channel's own end; the future adds nothing. */
  @SuppressWarnings("unused")
  static void drop(@Nullable Object future) {}

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.atDebug().addKeyValue("cause", cause.toString()).log("a connection broke");
    drop(ctx.close());
  }
}
