package dev.skep.conf.bus;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of the swarm's Vert.x, which are the event bus's and no others: each connection
 * begins with the proofs of both ends, because Vert.x takes memory for the lengths that it reads.
 */
final class BusTransport extends EpollTransport {
  /** Connections that may wait for the other end's proof at once; each takes a few kilobytes. */
  private static final int MOST_WAITING = 64;

  private final BusProof proof;
  private final AtomicInteger waiting = new AtomicInteger();

  BusTransport(BusProof proof) {
    this.proof = proof;
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    ChannelFactory<? extends Channel> plain = super.channelFactory(domainSocket);
    return () -> {
      Channel channel = plain.newChannel();
      channel.pipeline().addFirst(new ConnectingDoor(proof));
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
    BusTransport sockets = this;
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
      public BusTransport implementation() {
        return sockets;
      }
    };
  }

  /** Sees each connection that was accepted before anybody reads from it. */
  @Sharable
  private final class Arrivals extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      if (accepted instanceof Channel channel) {
        channel.pipeline().addFirst(new AcceptingDoor(proof, waiting, MOST_WAITING));
      }
      ctx.fireChannelRead(accepted);
    }
  }
}
