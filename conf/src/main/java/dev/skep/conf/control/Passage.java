package dev.skep.conf.control;

import dev.skep.conf.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection from outside that is joined with one to the component that it asked for. */
final class Passage {
  /** A listener on loopback answers at once or never. */
  private static final int CONNECT_MILLIS = 1_000;

  private final FrontDoor door;
  private final Channel peer;
  private final InetSocketAddress origin;
  private final ControlProtocol protocol;
  private final InetSocketAddress listener;
  private volatile @Nullable Channel component;
  private volatile @Nullable ScheduledFuture<?> patience;

  /**
   * @param peer reads nothing until the passage is open
   * @param listener where the component listens
   */
  Passage(FrontDoor door, Channel peer, ControlProtocol protocol, InetSocketAddress listener) {
    this.door = door;
    this.peer = peer;
    this.origin = (InetSocketAddress) peer.remoteAddress();
    this.protocol = protocol;
    this.listener = listener;
  }

  ControlProtocol protocol() {
    return protocol;
  }

  /** Who is at the outer end. */
  InetSocketAddress origin() {
    return origin;
  }

  /** Whether the route that it was taken by is still there. */
  boolean leadsTo(@Nullable InetSocketAddress present) {
    return listener.equals(present);
  }

  /**
   * Connects to the component. The address that it will see is known before it sees it, so that it
   * can ask who is behind that.
   */
  void open(HelloCheck check) {
    Pump back = new Pump(peer);
    ChannelFuture bound =
        new Bootstrap()
            .group(peer.eventLoop())
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .handler(back)
            .bind(listener.getAddress(), 0); // loopback, and of the listener's family
    Channel dialled = bound.channel();
    component = dialled;
    door.keep(dialled);
    Pump.drop(dialled.closeFuture().addListener(closed -> door.ended(this, dialled)));
    Pump.drop(
        bound.addListener(done -> {
          if (!bound.isSuccess()) {
            fail(bound.cause());
            return;
          }
          door.known(this, dialled);
          Pump.drop(
              dialled
                  .connect(listener)
                  .addListener((ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                      join(dialled, back, check);
                    } else {
                      fail(connected.cause());
                    }
                  }));
        }));
  }

  private void join(Channel dialled, Pump back, HelloCheck check) {
    ChannelHandlerContext ctx = peer.pipeline().context(check);
    if (ctx == null || !peer.isActive()) {
      end();
      return;
    }
    Pump there = new Pump(dialled);
    there.joins(back);
    check.giveWayTo(ctx, there);
    peer.config().setAutoRead(true);
    dialled.config().setAutoRead(true);
  }

  private void fail(Throwable cause) {
    if (peer.isActive()) {
      door.refuse(peer, "cannot reach what speaks " + protocol.alpn() + ": " + Reason.of(cause));
    }
    end();
  }

  /** Ends it unless the component admits the peer in time. */
  void awaitProof(int millis) {
    patience =
        peer.eventLoop()
            .schedule(
                () -> {
                  door.refuse(peer, "did not show in time to be a member");
                  end();
                },
                millis,
                TimeUnit.MILLISECONDS);
  }

  /** The peer is known now, or gone. */
  void stopPatience() {
    ScheduledFuture<?> waiting = patience;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }

  /** Ends both connections. Any thread may call. */
  void end() {
    Pump.drop(peer.close());
    Channel dialled = component;
    if (dialled != null) {
      Pump.drop(dialled.close());
    }
  }
}
