package dev.skep.gateway.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's requests one step at a time: it stops behind each head and behind each body
 * until {@link #resume}.
 *
 * <p>The stop behind a head gives time to connect to whoever answers, without a queue for the body.
 * The stop behind the body matters more: until the answer's head is there nobody knows whether the
 * next bytes are another request or, after an upgrade, raw standard input. They wait here
 * untouched, and removing this handler from the pipeline sends them on as they are. The client's
 * end of input waits behind them too, so that nothing overtakes anything.
 *
 * <p>It gives an {@code HttpRequest}, the {@code HttpContent} behind it and a {@code
 * LastHttpContent}; or, as the last thing that it gives at all, a {@link RequestHead.Refused}, a
 * {@link HeadRoom.Full} or a {@link BadChunk}.
 */
public final class RequestDecoder extends ByteToMessageDecoder {

  /** While stopped, no more than this is read ahead; what is not read stays with the client. */
  private static final int READ_AHEAD_BYTES = 64 * 1024;

  private final HeadReader head;
  private @Nullable BodyDecoder body;
  private boolean broken;
  private boolean stopped;
  private boolean resuming;
  private boolean throttled;
  private boolean endWaits;

  public RequestDecoder(HeadRoom room) {
    this.head = new HeadReader(room);
  }

  /**
   * Goes on: with the body behind a head, or with the next request behind an answered one. Asked
   * for twice before it goes on, it goes on once.
   */
  public void resume(ChannelHandlerContext self) {
    if (resuming) {
      return;
    }
    resuming = true;
    // In a task of its own, since the caller may stand inside this decoder's own call.
    self.executor()
        .execute(() -> {
          resuming = false;
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

  /** The head at hand is answered; its room is free again. */
  public void headDone() {
    head.done();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (broken) {
      in.skipBytes(in.readableBytes());
    } else if (stopped) {
      return;
    } else if (body != null) {
      readBody(body, in, out);
    } else {
      readHead(ctx, in, out);
    }
  }

  /** The client ends its output: what is there of a head will never be one. */
  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Exception {
    super.decodeLast(ctx, in, out);
    if (ctx.channel().isActive() && !broken && !stopped && body == null && in.isReadable()) {
      breakOff(RequestHead.Refused.MALFORMED, in, out);
    }
  }

  private void readHead(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    switch (head.read(ctx, in)) {
      case HeadReader.Unfinished() -> {
        // More bytes will come, or the time for them ends.
      }
      case HeadRoom.Full full -> breakOff(full, in, out);
      case RequestHead.Refused refused -> breakOff(refused, in, out);
      case RequestHead.Taken taken -> {
        stopped = true;
        out.add(taken.request());
        if (taken.bodyBytes().orElse(1) == 0) {
          out.add(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
          body = BodyDecoder.of(taken.bodyBytes());
        }
      }
    }
  }

  private void readBody(BodyDecoder reader, ByteBuf in, List<Object> out) {
    reader.read(in, out);
    if (!out.isEmpty() && out.getLast() instanceof LastHttpContent) {
      body = null;
      stopped = true;
    } else if (!out.isEmpty() && out.getLast() instanceof BadChunk) {
      broken = true;
    }
  }

  private void breakOff(Object why, ByteBuf in, List<Object> out) {
    broken = true;
    head.done();
    in.skipBytes(in.readableBytes());
    out.add(why);
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
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    head.done();
    super.channelInactive(ctx);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    head.done();
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
