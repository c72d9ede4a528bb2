package dev.skep.gateway.proxy;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.proxy.exchange.DownstreamConnection;
import dev.skep.gateway.proxy.exchange.NativeTransport;
import dev.skep.gateway.proxy.exchange.TcpGuard;
import dev.skep.gateway.proxy.http.HeadRoom;
import dev.skep.gateway.proxy.route.UpstreamRoute;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Accepts clients and gives each a {@link DownstreamConnection}. */
final class ProxyServer {

  /**
   * Enough to carry more than any engine produces; an event loop each, and no state between them.
   */
  private static final int THREADS = 2;

  /** The kernel lowers it to net.core.somaxconn. */
  private static final int BACKLOG = 4096;

  /**
   * More than any host's clients hold open at once. A connection that waits costs some kilobytes; a
   * full one, with what is read ahead on both of its sides, some hundred.
   */
  private static final int MAX_CLIENTS = 2048;

  private final Function<HttpRequest, Future<UpstreamRoute>> router;
  private final HeadRoom room;
  private final ClientCount count;
  private final EventLoopGroup loops = NativeTransport.eventLoops(THREADS);
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  ProxyServer(Function<HttpRequest, Future<UpstreamRoute>> router) {
    this(router, HeadRoom.ofGateway(), MAX_CLIENTS);
  }

  ProxyServer(Function<HttpRequest, Future<UpstreamRoute>> router, HeadRoom room, int maxClients) {
    this.router = router;
    this.room = room;
    this.count = new ClientCount(maxClients);
  }

  /**
   * Starts to listen.
   *
   * @return where it listens: the same, with the port that the system chose in place of port 0
   */
  Future<ApiEndpoint> listen(ApiEndpoint where) {
    try {
      switch (where) {
        case ApiEndpoint.Unix unix -> UnixSocketFile.makeRoom(unix.path());
        case ApiEndpoint.Tcp tcp -> requireLoopback(tcp);
      }
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    var bound = Promise.<ApiEndpoint>promise();
    var guard =
        where instanceof ApiEndpoint.Tcp tcp
            ? Optional.of(new TcpGuard(tcp))
            : Optional.<TcpGuard>empty();
    var binding =
        new ServerBootstrap()
            .group(loops)
            .channel(NativeTransport.serverChannel(where))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .handler(count)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(new DownstreamConnection(router, guard, room));
                  }
                })
            .bind(NativeTransport.address(where));
    binding.addListener(done -> listening(where, binding, bound));
    return bound.future();
  }

  private void listening(ApiEndpoint where, ChannelFuture binding, Promise<ApiEndpoint> bound) {
    if (!binding.isSuccess()) {
      var cause = new BindException(words(where, binding.cause()));
      cause.initCause(binding.cause());
      bound.fail(cause);
      return;
    }
    channels.add(binding.channel());
    try {
      bound.complete(
          switch (where) {
            case ApiEndpoint.Unix unix -> {
              UnixSocketFile.restrict(unix.path());
              yield unix;
            }
            case ApiEndpoint.Tcp tcp ->
                new ApiEndpoint.Tcp(
                    tcp.host(), ((InetSocketAddress) binding.channel().localAddress()).getPort());
          });
    } catch (IOException e) {
      bound.fail(e);
    }
  }

  /** Netty speaks of a system call: {@code bind(..) failed with error(-98): Address …}. */
  private static String words(ApiEndpoint where, Throwable cause) {
    var said = String.valueOf(cause.getMessage());
    var call = said.lastIndexOf("): ");
    var why = call < 0 ? said : said.substring(call + 3);
    return "cannot listen on %s: %s; %s"
        .formatted(
            where,
            why.toLowerCase(Locale.ROOT),
            where instanceof ApiEndpoint.Unix
                ? "choose another path"
                : why.endsWith("in use")
                    ? "free it (ss -ltnp shows who holds it) or give another address"
                    : "give another address");
  }

  /** Without TLS the API is for this host only: it gives whoever reaches it the whole machine. */
  private static void requireLoopback(ApiEndpoint.Tcp tcp) throws IOException {
    if (!InetAddress.getByName(tcp.host()).isLoopbackAddress()) {
      throw new BindException(
          "will not listen on "
              + tcp
              + " without TLS: whoever reaches the API is root here; use a loopback address");
    }
  }

  /** How many clients are connected. */
  int clients() {
    return (int) channels.stream().filter(channel -> channel.parent() != null).count();
  }

  /** Stops to listen and closes every connection. */
  Future<Void> close() {
    var closed = Promise.<Void>promise();
    channels
        .close()
        .addListener(all ->
            loops
                .shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .addListener(done -> closed.complete()));
    return closed.future();
  }
}
