package dev.skep.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the clients of all listening sockets together: while there are as many as may be, no more
 * are accepted. A client that connects waits in the kernel's queue until another leaves.
 */
@Sharable
final class ClientCount extends ChannelInboundHandlerAdapter {

  private final int max;
  private final AtomicInteger clients = new AtomicInteger();
  private final Set<Channel> listening = ConcurrentHashMap.newKeySet();

  ClientCount(int max) {
    this.max = max;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    listening.add(ctx.channel());
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    listening.remove(ctx.channel());
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    if (accepted instanceof Channel client) {
      client.closeFuture().addListener(closed -> left());
      if (clients.incrementAndGet() >= max) {
        accept(false);
        if (clients.get() < max) {
          // Somebody left meanwhile.
          accept(true);
        }
      }
    }
    ctx.fireChannelRead(accepted);
  }

  private void left() {
    if (clients.decrementAndGet() < max) {
      accept(true);
    }
  }

  private void accept(boolean on) {
    listening.forEach(server -> server.config().setAutoRead(on));
  }
}
