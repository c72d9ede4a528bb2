package dev.skep.gateway.proxy.exchange;

import dev.skep.gateway.proxy.http.ResponseDecoder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequestEncoder;

/** The connection of an exchange to whoever answers: tells the exchange what happens on it. */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {

  private final Exchange exchange;
  private final boolean answersHead;

  UpstreamConnection(Exchange exchange, boolean answersHead) {
    this.exchange = exchange;
    this.answersHead = answersHead;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.pipeline()
        .addBefore(ctx.name(), null, new HttpRequestEncoder())
        .addBefore(ctx.name(), null, new ResponseDecoder(answersHead));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    exchange.fromUpstream(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    exchange.upstreamPaused();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    exchange.upstreamWritable(ctx.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      exchange.upstreamEnded();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    exchange.upstreamGone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ProxyChannel.failed(ctx.channel(), cause);
  }
}
