package dev.skep.conf.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A node's control port: one TCP port for several protocols over TLS. A connection is joined, byte
 * for byte, with the listener of the component that its ClientHello asks for; what asks for nothing
 * that is here is closed.
 *
 * <p>Each component ends TLS itself, and tells {@link #admitted} of each peer whose certificate it
 * has found good: the door ends every connection of which that is not said in time. A component
 * closes what comes to its listener by any other way: {@link #origin} knows those that came by this
 * door. On Netty's epoll sockets, because those can end one direction and go on with the other. Any
 * thread may call.
 */
public final class FrontDoor {
  /** Bytes are only moved, but one slow peer must not delay all others' replication. */
  private static final int LOOPS = 2;

  /** Connections that the kernel holds for us; they come in bursts when a manager restarts. */
  private static final int BACKLOG = 256;

  /** A host that is gone without a word is noticed within a minute. */
  private static final int KEEPALIVE_IDLE_SECONDS = 30;

  private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
  private static final int KEEPALIVE_PROBES = 3;

  private final EventLoopGroup loops;
  private final DoorLimits limits;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Map<ControlProtocol, InetSocketAddress> routes = new ConcurrentHashMap<>();

  /** By the addresses that the components see. */
  private final Map<SocketAddress, Passage> passages = new ConcurrentHashMap<>();

  private final Strangers<Channel> silent;
  private final Strangers<Passage> unproven;
  private final RefusalLog refusals =
      new RefusalLog(
          LoggerFactory.getLogger(FrontDoor.class), "turned a connection away at the control port");
  private volatile int port;

  private FrontDoor(EventLoopGroup loops, DoorLimits limits) {
    this.loops = loops;
    this.limits = limits;
    this.silent = new Strangers<>(limits.silentPerAddress(), limits.silent());
    this.unproven = new Strangers<>(limits.unprovenPerAddress(), limits.unproven());
  }

  /**
   * Listens; no protocol leads anywhere yet. Fails with an {@link java.io.IOException} when the
   * port is taken.
   *
   * @param address of the node, and no other; port 0 takes a free one
   */
  public static Future<FrontDoor> listen(InetSocketAddress address) {
    return listen(address, DoorLimits.DEFAULT);
  }

  static Future<FrontDoor> listen(InetSocketAddress address, DoorLimits limits) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            LOOPS, new DefaultThreadFactory("skep-control", true), EpollIoHandler.newFactory());
    FrontDoor door = new FrontDoor(loops, limits);
    Promise<FrontDoor> listening = Promise.promise();
    ChannelFuture binding =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
            .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
            .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES)
            .childHandler(door.new Entrance())
            .bind(address);
    Pump.drop(
        binding.addListener(done -> {
          if (binding.isSuccess()) {
            door.channels.add(binding.channel());
            door.port = ((InetSocketAddress) binding.channel().localAddress()).getPort();
            listening.complete(door);
          } else {
            Pump.drop(loops.shutdownGracefully(0, 0, TimeUnit.SECONDS));
            listening.fail(binding.cause());
          }
        }));
    return listening.future();
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /**
   * From now on connections of this protocol lead to this listener, and to no earlier one.
   *
   * @param listener a component's, on loopback
   */
  public void route(ControlProtocol protocol, InetSocketAddress listener) {
    routes.put(protocol, listener);
  }

  /**
   * Connections of this protocol lead nowhere any more, and those that are there end. A component
   * that ends them in good order closes itself first.
   */
  public void unroute(ControlProtocol protocol) {
    routes.remove(protocol);
    passages.values().stream().filter(one -> one.protocol() == protocol).forEach(Passage::end);
  }

  /** Where connections of this protocol lead; null when nowhere. */
  public @Nullable InetSocketAddress listener(ControlProtocol protocol) {
    return routes.get(protocol);
  }

  /**
   * Who is behind the address that a component sees as its peer's.
   *
   * @return null when that connection did not come by this door
   */
  public @Nullable InetSocketAddress origin(@Nullable SocketAddress seen) {
    Passage passage = seen == null ? null : passages.get(seen);
    return passage == null ? null : passage.origin();
  }

  /** A component has found out who its peer is, and takes it: no stranger any more. */
  public void admitted(SocketAddress seen) {
    Passage passage = passages.get(seen);
    if (passage != null && unproven.leave(passage)) {
      passage.stopPatience();
    }
  }

  /** Ends every connection, and listens no more. */
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    routes.clear();
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

  /** A connection that ends with the door. */
  void keep(Channel channel) {
    channels.add(channel);
  }

  DoorLimits limits() {
    return limits;
  }

  /** How many are joined with a component. */
  int passages() {
    return passages.size();
  }

  /** How many of those are strangers still, and those whose ClientHello is to come. */
  int strangers() {
    return silent.size() + unproven.size();
  }

  /** Somebody has connected. */
  void entered(Channel peer) {
    Channel leaving = silent.enter(peer, ((InetSocketAddress) peer.remoteAddress()).getAddress());
    if (leaving != null) {
      refuse(leaving, "says nothing while many others connect");
    }
  }

  /** The ClientHello is here. */
  void spoke(Channel peer, ClientHello hello, HelloCheck check) {
    silent.leave(peer);
    ControlProtocol protocol = ControlProtocol.of(hello.protocols());
    InetSocketAddress listener = protocol == null ? null : listener(protocol);
    if (protocol == null || listener == null) {
      refuse(peer, "nothing here for " + hello.asked());
    } else if (passages.size() >= limits.connections()) {
      refuse(peer, "there are %d connections already".formatted(limits.connections()));
    } else {
      new Passage(this, peer, protocol, listener).open(check);
    }
  }

  /** The component will see the passage by this channel's own address. */
  void known(Passage passage, Channel component) {
    passages.put(component.localAddress(), passage);
    Passage leaving = unproven.enter(passage, passage.origin().getAddress());
    passage.awaitProof(limits.proofMillis());
    if (leaving != null) {
      leaving.stopPatience();
      leaving.end();
      refusals.add(leaving.origin(), "did not show to be a member while many others connect");
    }
    if (!passage.leadsTo(listener(passage.protocol()))) {
      passage.end(); // the route went away meanwhile
    }
  }

  void ended(Passage passage, Channel component) {
    passage.stopPatience();
    unproven.leave(passage);
    SocketAddress seen = component.localAddress();
    if (seen != null) {
      passages.remove(seen, passage);
    }
  }

  void refuse(Channel peer, String why) {
    refusals.add(peer.remoteAddress(), why);
    Pump.drop(peer.close());
  }

  /** Where each connection from outside begins. */
  private final class Entrance extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel peer) {
      keep(peer);
      Pump.drop(peer.closeFuture().addListener(closed -> silent.leave(peer)));
      peer.pipeline().addLast(new HelloCheck(FrontDoor.this));
    }
  }
}
