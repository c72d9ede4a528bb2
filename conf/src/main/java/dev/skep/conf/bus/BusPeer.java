package dev.skep.conf.bus;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The other end of one connection of the bus: nothing of it reaches Vert.x before it is admitted,
 * and a connection that Vert.x makes stands for it only from then on.
 */
final class BusPeer extends ChannelInboundHandlerAdapter {
  private final BusTls bus;
  private final SslHandler tls;

  /** What Vert.x waits for when it connects; nothing when the other end did. */
  private final @Nullable ChannelPromise connecting;

  private volatile @Nullable ChannelHandlerContext known;
  private boolean open;

  BusPeer(BusTls bus, SslHandler tls, @Nullable ChannelPromise connecting) {
    this.bus = bus;
    this.tls = tls;
    this.connecting = connecting;
  }

  private boolean isAccepted() {
    return connecting == null;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (!handshake.isSuccess()) {
      refuse(ctx, handshake.cause());
      return;
    }
    known = ctx; // before the question, so that whoever rechecks meanwhile asks it too
    try {
      bus.requireAdmitted(tls.engine(), ctx.channel(), isAccepted());
      open = true;
      if (connecting != null) {
        connecting.trySuccess();
      }
    } catch (SSLException e) {
      refuse(ctx, e);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (open) {
      ctx.fireChannelRead(message);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /** Puts the peer out when it is no longer admitted. Any thread may call. */
  void recheck() {
    ChannelHandlerContext ctx = known;
    if (ctx != null && !bus.admits(tls.engine())) {
      refuse(ctx, new SSLException("its certificate is no longer admitted"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    refuse(ctx, cause);
  }

  private void refuse(ChannelHandlerContext ctx, Throwable cause) {
    if (ctx.channel().isActive()) {
      bus.refused(ctx.channel(), isAccepted(), cause);
      if (connecting != null) {
        connecting.tryFailure(cause);
      }
      var _ = ctx.close();
    }
  }
}
