package dev.skep.conf.control;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a connection's ClientHello. Nothing of it is taken away: the component that the
 * connection is joined with gets it as it came.
 */
final class HelloCheck extends ByteToMessageDecoder {
  private final FrontDoor door;
  private final ClientHelloReader reader = new ClientHelloReader();
  private @Nullable ScheduledFuture<?> patience;
  private boolean checked;

  /** The peer may end its direction before the component is there, which is told then. */
  private boolean ended;

  HelloCheck(FrontDoor door) {
    this.door = door;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    door.entered(ctx.channel());
    int millis = door.limits().helloMillis();
    patience =
        ctx.executor()
            .schedule(
                () -> refuse(ctx, "no ClientHello within " + millis + " ms"),
                millis,
                TimeUnit.MILLISECONDS);
    super.channelActive(ctx);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (checked || !ctx.channel().isActive()) {
      return;
    }
    try {
      ClientHello hello = reader.take(in, in.readerIndex() + reader.taken());
      if (hello != null) {
        spoken(ctx, hello);
      }
    } catch (RefusedHello e) {
      refuse(ctx, e.getMessage());
    }
  }

  /** Nothing more is read from the peer until the component takes it. */
  private void spoken(ChannelHandlerContext ctx, ClientHello hello) {
    checked = true;
    stopPatience();
    ctx.channel().config().setAutoRead(false);
    door.spoke(ctx.channel(), hello, this);
  }

  /** From now on the connection's bytes go through the pump, those first that are here already. */
  void giveWayTo(ChannelHandlerContext ctx, Pump pump) {
    ctx.pipeline().addLast(pump);
    ctx.pipeline().remove(this);
    if (ended) {
      ctx.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  private void refuse(ChannelHandlerContext ctx, @Nullable String why) {
    if (!checked) {
      checked = true;
      stopPatience();
      door.refuse(ctx.channel(), String.valueOf(why));
    }
  }

  private void stopPatience() {
    if (patience != null) {
      patience.cancel(false);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      super.userEventTriggered(ctx, event);
      return;
    }
    ended = true;
    refuse(ctx, "it ended before its ClientHello");
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    checked = true;
    stopPatience();
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Pump.drop(ctx.close());
  }
}
