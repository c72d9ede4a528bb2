package dev.skep.node.tunnel;

import dev.skep.store.model.Sensitive;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections on the node's own address and joins each that shows a good ticket with the
 * engine's socket. On Netty's epoll sockets, because those can end one direction of a Unix socket
 * and go on reading the other, which {@code docker exec -i} needs.
 */
public final class TunnelServer {
  /** Bytes are only moved; one thread moves more than an engine makes. */
  private static final int THREADS = 1;

  private final EventLoopGroup loops;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Path engineSocket;
  private final Tickets tickets;
  private final Doorway doorway = new Doorway();
  private final int port;

  private TunnelServer(
      EventLoopGroup loops, Path engineSocket, Tickets tickets, ChannelFuture bound) {
    this.loops = loops;
    this.engineSocket = engineSocket;
    this.tickets = tickets;
    this.port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  /**
   * Listens on a port of the system's choice.
   *
   * @param address the node's own, and no other
   * @param random a secure source of tickets
   */
  public static Future<TunnelServer> listen(
      String address, Path engineSocket, InstantSource clock, RandomGenerator random) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            THREADS, new DefaultThreadFactory("skep-tunnel", true), EpollIoHandler.newFactory());
    Promise<TunnelServer> listening = Promise.promise();
    Accepting accepting = new Accepting();
    ChannelFuture binding =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(accepting)
            .bind(address, 0);
    Pump.drop(
        binding.addListener(done -> {
          if (!done.isSuccess()) {
            Pump.drop(loops.shutdownGracefully(0, 0, TimeUnit.SECONDS));
            listening.fail(done.cause());
            return;
          }
          TunnelServer server =
              new TunnelServer(loops, engineSocket, new Tickets(clock, random), binding);
          server.channels.add(binding.channel());
          accepting.server = server;
          listening.complete(server);
        }));
    return listening.future();
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** A ticket for one connection. */
  public Sensitive ticket() {
    return tickets.issue();
  }

  boolean admits(String ticket) {
    return tickets.redeem(ticket);
  }

  Doorway doorway() {
    return doorway;
  }

  /** A connection to the engine on a loop, which reads nothing before it is told to. */
  ChannelFuture dial(EventLoop loop, ChannelHandler handler) {
    ChannelFuture dialled =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.AUTO_READ, false)
            // A refused write must not throw away an answer that is still to be read.
            .option(ChannelOption.AUTO_CLOSE, false)
            .handler(handler)
            .connect(new DomainSocketAddress(engineSocket.toFile()));
    channels.add(dialled.channel());
    return dialled;
  }

  /** Closes every connection and listens no more. */
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    Pump.drop(
        channels
            .close()
            .addListener(all ->
                Pump.drop(
                    loops
                        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
                        .addListener(done -> closed.complete()))));
    return closed.future();
  }

  /** Gives each connection its ticket check. Nobody knows the port before the server is there. */
  private static final class Accepting extends ChannelInitializer<Channel> {
    private volatile @Nullable TunnelServer server;

    @Override
    protected void initChannel(Channel channel) {
      TunnelServer ready = server;
      if (ready == null) {
        Pump.drop(channel.close());
        return;
      }
      ready.channels.add(channel);
      channel.pipeline().addLast(new TicketCheck(ready));
    }
  }
}
