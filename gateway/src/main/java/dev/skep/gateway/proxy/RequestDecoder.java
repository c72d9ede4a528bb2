package dev.skep.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Reads a client's requests one step at a time: it stops behind each head and behind each body
 * until {@link #resume}.
 *
 * <p>The stop behind a head gives time to connect to whoever answers, without a queue for the body.
 * The stop behind the body matters more: until the answer's head is there nobody knows whether the
 * next bytes are another request or, after an upgrade, raw standard input. They wait here
 * untouched, and removing this handler from the pipeline sends them on as they are. The client's
 * end of input waits behind them too, so that nothing overtakes anything.
 */
final class RequestDecoder extends HttpRequestDecoder {

  /** While stopped, no more than this is read ahead; what is not read stays with the client. */
  private static final int READ_AHEAD_BYTES = 64 * 1024;

  private boolean stopped;
  private boolean throttled;
  private boolean endWaits;

  RequestDecoder() {
    super(HttpLimits.decoder());
  }

  /** Goes on: with the body behind a head, or with the next request behind an answered one. */
  void resume(ChannelHandlerContext self) {
    // In a task of its own, since the caller may stand inside this decoder's own call.
    self.executor()
        .execute(() -> {
          stopped = false;
          readAgain(self);
          if (self.isRemoved()) {
            return;
          }
          try {
            super.channelRead(self, Unpooled.EMPTY_BUFFER);
            self.fireChannelReadComplete();
            if (endWaits && (!stopped || actualReadableBytes() == 0)) {
              endWaits = false;
              userEventTriggered(self, ChannelInputShutdownEvent.INSTANCE);
            }
          } catch (Exception e) {
            self.fireExceptionCaught(e);
          }
        });
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (stopped) {
      return;
    }
    super.decode(ctx, in, out);
    if (!out.isEmpty()) {
      var last = out.getLast();
      stopped = last instanceof HttpMessage || last instanceof LastHttpContent;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    super.channelRead(ctx, message);
    if (stopped && !throttled && !ctx.isRemoved() && actualReadableBytes() > READ_AHEAD_BYTES) {
      throttled = true;
      ctx.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (stopped) {
      // The inherited method would ask for more bytes because none made a message.
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (!(event instanceof ChannelInputShutdownEvent) || !stopped) {
      super.userEventTriggered(ctx, event);
    } else if (actualReadableBytes() > 0) {
      endWaits = true;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    readAgain(ctx);
    if (endWaits) {
      endWaits = false;
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  private void readAgain(ChannelHandlerContext ctx) {
    if (throttled) {
      throttled = false;
      ctx.channel().config().setAutoRead(true);
    }
  }
}
