package dev.skep.conf.bus;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of the swarm's Vert.x, which are the event bus's and no others: all of them speak
 * TLS, of which Vert.x itself knows nothing. The bus makes its options of JSON, in which keys that
 * change, names of protocols and the check of the peer's address get lost.
 */
final class BusSockets extends EpollTransport {
  private final BusTls tls;

  BusSockets(BusTls tls) {
    this.tls = tls;
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    ChannelFactory<? extends Channel> plain = super.channelFactory(domainSocket);
    return () -> {
      Channel channel = plain.newChannel();
      channel.pipeline().addFirst(new Departure());
      return channel;
    };
  }

  @Override
  public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap server) {
    super.configure(options, domainSocket, server);
    server.handler(new Arrivals());
  }

  /** As Vert.x takes it. */
  Transport named() {
    BusSockets sockets = this;
    return new Transport() {
      @Override
      public String name() {
        return "skep-bus";
      }

      @Override
      public boolean available() {
        return sockets.isAvailable();
      }

      @Override
      public @Nullable Throwable unavailabilityCause() {
        return sockets.unavailabilityCause();
      }

      @Override
      public BusSockets implementation() {
        return sockets;
      }
    };
  }

  /** Sees where a connection goes before it is made. */
  private final class Departure extends ChannelOutboundHandlerAdapter {
    @Override
    public void connect(
        ChannelHandlerContext ctx,
        SocketAddress remote,
        @Nullable SocketAddress local,
        ChannelPromise promise) {
      tls.connect(ctx.channel(), ctx.name(), remote, promise);
      var _ =
          ctx.connect(remote, local)
              .addListener(reached -> {
                if (!reached.isSuccess()) {
                  promise.tryFailure(reached.cause());
                }
              });
      var _ =
          ctx.channel()
              .closeFuture()
              .addListener(closed -> promise.tryFailure(new ClosedChannelException()));
      ctx.pipeline().remove(this);
    }
  }

  /** Sees where the bus listens, and each connection that was accepted before anybody reads it. */
  @Sharable
  private final class Arrivals extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      tls.listens(ctx.channel().localAddress());
      ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      if (!(accepted instanceof Channel channel) || tls.accept(channel)) {
        ctx.fireChannelRead(accepted);
      }
    }
  }
}
