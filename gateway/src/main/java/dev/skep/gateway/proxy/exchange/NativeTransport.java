package dev.skep.gateway.proxy.exchange;

import dev.skep.engine.http.ApiEndpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Netty's epoll sockets, the only ones on the JVM that can end one direction of a Unix domain
 * socket and go on reading the other.
 */
public final class NativeTransport {

  /**
   * A local connection that is not up by then never will be; Unix sockets connect or fail at once.
   */
  private static final int CONNECT_MILLIS = 10_000;

  /**
   * Event loops that carry bytes.
   *
   * @throws IllegalStateException where epoll is missing
   */
  public static EventLoopGroup eventLoops(int threads) {
    if (!Epoll.isAvailable()) {
      throw new IllegalStateException(
          "Skep's gateway needs Linux with epoll (Netty's native transport for "
              + System.getProperty("os.arch")
              + "), which could not be loaded: "
              + Epoll.unavailabilityCause(),
          Epoll.unavailabilityCause());
    }
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory("skep-gateway", true), EpollIoHandler.newFactory());
  }

  public static Class<? extends ServerChannel> serverChannel(ApiEndpoint endpoint) {
    return switch (endpoint) {
      case ApiEndpoint.Unix _ -> EpollServerDomainSocketChannel.class;
      case ApiEndpoint.Tcp _ -> EpollServerSocketChannel.class;
    };
  }

  /** An outgoing connection on the client's own event loop, which may end in one direction only. */
  static Bootstrap bootstrap(EventLoop loop, ApiEndpoint to, ChannelHandler handler) {
    return new Bootstrap()
        .group(loop)
        .channel(
            switch (to) {
              case ApiEndpoint.Unix _ -> EpollDomainSocketChannel.class;
              case ApiEndpoint.Tcp _ -> EpollSocketChannel.class;
            })
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        // A refused write must not throw away an answer that is still to be read.
        .option(ChannelOption.AUTO_CLOSE, false)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .handler(handler);
  }

  public static SocketAddress address(ApiEndpoint endpoint) {
    return switch (endpoint) {
      case ApiEndpoint.Unix unix -> new DomainSocketAddress(unix.path().toFile());
      case ApiEndpoint.Tcp tcp -> new InetSocketAddress(tcp.host(), tcp.port());
    };
  }

  private NativeTransport() {}
}
