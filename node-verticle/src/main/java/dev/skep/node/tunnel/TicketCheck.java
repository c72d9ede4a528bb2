package dev.skep.node.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first line of a connection is its ticket. A good one is followed by the engine's own
 * protocol, which is HTTP; so what goes wrong here is said in HTTP too.
 */
final class TicketCheck extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(TicketCheck.class);

  /** Longer than any ticket. */
  private static final int MAX_LINE_BYTES = 64;

  /** A connection that shows no ticket by then is closed. */
  private static final long PATIENCE_SECONDS = 10;

  private final TunnelServer server;
  private @Nullable ScheduledFuture<?> patience;
  private boolean checked;

  /** The peer may end its direction before the engine is connected; the engine is told then. */
  private boolean ended;

  TicketCheck(TunnelServer server) {
    this.server = server;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    server.doorway().waits(ctx.channel());
    patience =
        ctx.executor().schedule(() -> Pump.drop(ctx.close()), PATIENCE_SECONDS, TimeUnit.SECONDS);
    super.channelActive(ctx);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (checked) {
      return;
    }
    int length = in.bytesBefore((byte) '\n');
    if (length < 0 && in.readableBytes() <= MAX_LINE_BYTES) {
      return;
    }
    checked = true;
    if (patience != null) {
      patience.cancel(false);
    }
    if (length < 0 || length > MAX_LINE_BYTES) {
      refuse(ctx, "403 Forbidden", "this is the way to the engine for members of the swarm");
      return;
    }
    String ticket = in.readString(length, StandardCharsets.US_ASCII);
    in.skipBytes(1);
    if (!server.admits(ticket)) {
      refuse(ctx, "403 Forbidden", "the ticket is not, or no longer, good; ask for another");
      return;
    }
    if (!server.doorway().enters(ctx.channel())) {
      refuse(
          ctx,
          "503 Service Unavailable",
          "this node's engine is used by %d connections of the swarm, and takes no more; end some, such as followed logs"
              .formatted(Doorway.MAX_IN));
      return;
    }
    connect(ctx);
  }

  /** Nothing more is read from the peer until the engine takes it. */
  private void connect(ChannelHandlerContext ctx) {
    Channel peer = ctx.channel();
    peer.config().setAutoRead(false);
    Pump fromEngine = new Pump(peer);
    ChannelFuture dialled = server.dial(peer.eventLoop(), fromEngine);
    Pump.drop(dialled.addListener(done -> joined(ctx, dialled, fromEngine)));
  }

  private void joined(ChannelHandlerContext ctx, ChannelFuture dialled, Pump fromEngine) {
    Channel peer = ctx.channel();
    if (!dialled.isSuccess()) {
      refuse(
          ctx,
          "503 Service Unavailable",
          "the node's engine cannot be reached: " + dialled.cause().getMessage());
      return;
    }
    Pump fromPeer = new Pump(dialled.channel());
    fromPeer.joins(fromEngine);
    peer.pipeline().addLast(fromPeer);
    peer.pipeline().remove(this); // what came behind the ticket goes to the engine
    if (ended) {
      peer.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    if (!peer.isActive()) {
      Pump.drop(dialled.channel().close());
      return;
    }
    peer.config().setAutoRead(true);
    dialled.channel().config().setAutoRead(true);
  }

  private static void refuse(ChannelHandlerContext ctx, String status, String message) {
    LOG.atWarn().addKeyValue("peer", ctx.channel().remoteAddress()).log(message);
    byte[] body =
        ("{\"message\":\"" + message.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}\n")
            .getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    Pump.drop(
        ctx.writeAndFlush(Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), body))
            .addListener(written -> Pump.drop(ctx.close())));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      super.userEventTriggered(ctx, event);
    } else if (checked) {
      ended = true;
    } else {
      Pump.drop(ctx.close());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.atDebug().addKeyValue("cause", cause.toString()).log("a tunnel broke");
    Pump.drop(ctx.close());
  }
}
