package dev.skep.gateway.proxy.exchange;

import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.gateway.proxy.route.EngineRoutes;
import dev.skep.gateway.proxy.route.UpstreamRoute;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beginning of an exchange: waits until it is decided who answers, then connects to them. The
 * client's decoder stands still behind the request's head until then.
 */
final class UpstreamConnector {

  private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnector.class);

  static void start(Exchange exchange, EventLoop loop, Future<UpstreamRoute> asked) {
    if (asked.succeeded()) {
      connect(exchange, loop, asked.result());
    } else {
      asked.onComplete(found -> loop.execute(() -> found(exchange, loop, found)));
    }
  }

  private static void found(Exchange exchange, EventLoop loop, AsyncResult<UpstreamRoute> found) {
    if (exchange.isOver()) {
      return;
    }
    if (found.succeeded()) {
      connect(exchange, loop, found.result());
    } else if (found.cause() instanceof EngineRoutes.Refused refused) {
      exchange.refuse(HttpResponseStatus.valueOf(refused.status()), refused.getMessage());
    } else {
      LOG.atError().setCause(found.cause()).log("no way found for a request");
      exchange.refuse(
          HttpResponseStatus.INTERNAL_SERVER_ERROR,
          "Skep failed on this request (" + found.cause() + "); its log tells more");
    }
  }

  private static void connect(Exchange exchange, EventLoop loop, UpstreamRoute route) {
    NativeTransport.bootstrap(loop, route.to(), exchange.routed(route))
        .connect(NativeTransport.address(route.to()))
        .addListener((ChannelFutureListener) done -> connected(exchange, route, done));
  }

  private static void connected(Exchange exchange, UpstreamRoute route, ChannelFuture connecting) {
    if (connecting.isSuccess()) {
      var channel = new ProxyChannel(connecting.channel());
      if (exchange.isOver()) {
        channel.close();
      } else {
        exchange.connected(channel);
      }
    } else if (!exchange.isOver()) {
      exchange.refuse(
          HttpResponseStatus.SERVICE_UNAVAILABLE,
          EngineUnavailableException.unreachable(route.to(), connecting.cause()).getMessage());
    }
  }

  private UpstreamConnector() {}
}
