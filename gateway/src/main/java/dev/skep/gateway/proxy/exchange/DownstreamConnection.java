package dev.skep.gateway.proxy.exchange;

import dev.skep.gateway.proxy.http.BadChunk;
import dev.skep.gateway.proxy.http.ErrorBody;
import dev.skep.gateway.proxy.http.HeadRoom;
import dev.skep.gateway.proxy.http.HopHeaders;
import dev.skep.gateway.proxy.http.RequestDecoder;
import dev.skep.gateway.proxy.http.RequestHead;
import dev.skep.gateway.proxy.http.RequestTarget;
import dev.skep.gateway.proxy.http.ResponseEncoder;
import dev.skep.gateway.proxy.route.UpstreamRoute;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: takes its requests in turn and starts an {@link Exchange} for each.
 *
 * <p>Its pipeline holds a {@link RequestDecoder}, a {@link ResponseEncoder} and this handler. When
 * an exchange turns into a raw stream it takes the first two out, and this handler passes plain
 * buffers.
 */
public final class DownstreamConnection extends ChannelInboundHandlerAdapter {

  /**
   * What may be left of an answered request before the connection is given up; as Go's server does.
   */
  private static final int SKIPPED_BYTES = 256 * 1024;

  /**
   * A connection that is given up is closed when nothing came for so long; until then the client
   * can still read its last answer. Ten times what Go's server gives.
   */
  private static final long LINGER_SECONDS = 5;

  private final Function<HttpRequest, Future<UpstreamRoute>> router;
  private final Optional<TcpGuard> guard;
  private final RequestDecoder decoder;
  private final ResponseEncoder encoder = new ResponseEncoder();
  private @Nullable Exchange exchange;

  /**
   * Set once the last answer is out: what still comes in is thrown away, then the connection
   * closes.
   */
  private boolean leaving;

  /**
   * How much more of an answered request's body is read and dropped for the sake of the next
   * request.
   */
  private int skippable;

  /** Whether something came since it was last looked whether the client still sends. */
  private boolean heard;

  /**
   * @param guard what lets requests in; absent where whoever can connect may do all
   */
  public DownstreamConnection(
      Function<HttpRequest, Future<UpstreamRoute>> router,
      Optional<TcpGuard> guard,
      HeadRoom room) {
    this.router = router;
    this.guard = guard;
    this.decoder = new RequestDecoder(room);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.pipeline().addBefore(ctx.name(), null, decoder).addBefore(ctx.name(), null, encoder);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heard = true;
    var current = exchange;
    if (leaving) {
      ReferenceCountUtil.release(message);
      if (message instanceof LastHttpContent) {
        new ProxyChannel(ctx.channel()).closeAfterWrites();
      }
    } else if (current != null) {
      current.fromClient(message);
    } else {
      switch (message) {
        case HttpRequest request -> begin(ctx, request);
        case HttpContent content -> skip(ctx, content);
        case RequestHead.Refused refused -> {
          new ProxyChannel(ctx.channel())
              .writeBelow(ResponseEncoder.class, Unpooled.wrappedBuffer(refused.answer()));
          leave(ctx);
        }
        case HeadRoom.Full _ -> {
          answer(ctx, HttpResponseStatus.SERVICE_UNAVAILABLE, HeadRoom.Full.TEXT, false);
          leave(ctx);
        }
        case BadChunk rest -> {
          rest.release();
          leave(ctx);
        }
        default -> ReferenceCountUtil.release(message);
      }
    }
  }

  private void skip(ChannelHandlerContext ctx, HttpContent content) {
    skippable -= content.content().readableBytes();
    content.release();
    if (skippable < 0) {
      leave(ctx);
    } else if (content instanceof LastHttpContent) {
      decoder.resume(ctx.pipeline().context(decoder));
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    encoder.answersHead(request.method().equals(HttpMethod.HEAD));
    switch (RequestTarget.parse(request.method().name(), request.uri())) {
      // The decoder refused these already.
      case RequestTarget.Malformed() -> leave(ctx);
      case RequestTarget.Moved(var location) -> {
        var moved = bodiless(HttpResponseStatus.MOVED_PERMANENTLY);
        moved.headers().set(HttpHeaderNames.LOCATION, location);
        answer(ctx, request, moved, HttpUtil.isKeepAlive(request));
      }
      case RequestTarget.Clean target -> begin(ctx, request, target);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request, RequestTarget.Clean target) {
    var refused = guard.flatMap(g -> g.check(request, target));
    if (refused.isPresent()) {
      var status = HttpResponseStatus.valueOf(refused.get().status());
      answer(ctx, status, refused.get().message(), false);
      finished(ctx, false, false);
      return;
    }
    if (HopHeaders.expectsWhatNobodyGives(request)) {
      answer(ctx, request, bodiless(HttpResponseStatus.EXPECTATION_FAILED), false);
      return;
    }
    request.setUri(target.uri());
    var started = new Exchange(this, ctx, request);
    exchange = started;
    started.start(router.apply(request));
  }

  private static FullHttpResponse bodiless(HttpResponseStatus status) {
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    return response;
  }

  /** Answers a request of which nothing but the head was looked at. */
  private void answer(
      ChannelHandlerContext ctx, HttpRequest to, FullHttpResponse response, boolean keepAlive) {
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    response.setProtocolVersion(to.protocolVersion());
    var channel = new ProxyChannel(ctx.channel());
    channel.write(response);
    channel.flush();
    finished(ctx, false, keepAlive);
  }

  /**
   * Ends the connection behind the last answer. Closing it with unread bytes would reset it, which
   * can cost the client that answer, so what the client still sends is read and dropped until it
   * ends too.
   */
  private void leave(ChannelHandlerContext ctx) {
    leaving = true;
    new ProxyChannel(ctx.channel()).end();
    decoder.resume(ctx.pipeline().context(decoder));
    linger(ctx);
  }

  private void linger(ChannelHandlerContext ctx) {
    heard = false;
    var _ =
        ctx.executor()
            .schedule(
                () -> {
                  if (heard) {
                    linger(ctx);
                  } else {
                    new ProxyChannel(ctx.channel()).close();
                  }
                },
                LINGER_SECONDS,
                TimeUnit.SECONDS);
  }

  /** Sends an error in the form of the Engine API. */
  void answer(
      ChannelHandlerContext ctx, HttpResponseStatus status, String message, boolean keepAlive) {
    var body = Unpooled.copiedBuffer(ErrorBody.of(message).getBytes());
    var length = body.readableBytes();
    var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, ErrorBody.CONTENT_TYPE)
        .set(HttpHeaderNames.CONTENT_LENGTH, length);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    var channel = new ProxyChannel(ctx.channel());
    channel.write(response);
    channel.flush();
  }

  /** Lets the decoder go on with the body of the request at hand. */
  void readBody(ChannelHandlerContext ctx) {
    decoder.resume(ctx.pipeline().context(decoder));
  }

  /** From now on bytes go to the client as they are. */
  void sendRaw(ChannelHandlerContext ctx) {
    ctx.pipeline().remove(encoder);
  }

  /**
   * From now on the client's bytes are passed as they are, those first that the decoder held back.
   */
  void receiveRaw(ChannelHandlerContext ctx) {
    ctx.pipeline().remove(decoder);
  }

  /**
   * An exchange is answered.
   *
   * @param requestRead whether the whole request was read
   * @param reusable whether the client may send another request
   */
  void finished(ChannelHandlerContext ctx, boolean requestRead, boolean reusable) {
    exchange = null;
    decoder.headDone();
    var channel = new ProxyChannel(ctx.channel());
    channel.read(true);
    if (reusable) {
      skippable = SKIPPED_BYTES;
      decoder.resume(ctx.pipeline().context(decoder));
    } else if (!requestRead) {
      leave(ctx);
    } else {
      leaving = true;
      channel.closeAfterWrites();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.clientPaused();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.clientWritable(ctx.channel().isWritable());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof ChannelInputShutdownEvent)) {
      return;
    }
    if (exchange != null) {
      exchange.clientEnded();
    } else {
      new ProxyChannel(ctx.channel()).closeAfterWrites();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.clientGone();
      exchange = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ProxyChannel.failed(ctx.channel(), cause);
  }
}
