package dev.skep.gateway.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: takes its requests in turn and starts an {@link Exchange} for each.
 *
 * <p>Its pipeline holds a {@link RequestDecoder}, a {@link ResponseEncoder} and this handler. When
 * an exchange turns into a raw stream it takes the first two out, and this handler passes plain
 * buffers.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {

  /**
   * What may be left of an answered request before the connection is given up; as Go's server does.
   */
  private static final int SKIPPED_BYTES = 256 * 1024;

  private final Function<HttpRequest, Future<Route>> router;
  private final RequestDecoder decoder = new RequestDecoder();
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

  ClientConnection(Function<HttpRequest, Future<Route>> router) {
    this.router = router;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.pipeline().addBefore(ctx.name(), null, decoder).addBefore(ctx.name(), null, encoder);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    var current = exchange;
    if (leaving) {
      ReferenceCountUtil.release(message);
      if (message instanceof LastHttpContent) {
        new Leg(ctx.channel()).closeAfterWrites();
      }
    } else if (current != null) {
      current.fromClient(message);
    } else if (message instanceof HttpRequest request) {
      begin(ctx, request);
    } else if (message instanceof HttpContent content) {
      skip(ctx, content);
    } else {
      ReferenceCountUtil.release(message);
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
    if (request.decoderResult().isFailure()) {
      ReferenceCountUtil.release(request);
      refuse(ctx, request.decoderResult().cause());
      return;
    }
    encoder.answersHead(request.method().equals(HttpMethod.HEAD));
    var started = new Exchange(this, ctx, request);
    exchange = started;
    started.start(router.apply(request));
  }

  private void refuse(ChannelHandlerContext ctx, Throwable cause) {
    var status =
        cause instanceof TooLongHttpHeaderException
            ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            : cause instanceof TooLongHttpLineException
                ? HttpResponseStatus.REQUEST_URI_TOO_LONG
                : HttpResponseStatus.BAD_REQUEST;
    answer(ctx, status, "cannot read the request: " + cause.getMessage(), false);
    leave(ctx);
  }

  /**
   * Ends the connection behind the last answer. Closing it with unread bytes would reset it, which
   * can cost the client that answer, so what the client still sends is read and dropped until it
   * ends too.
   */
  private void leave(ChannelHandlerContext ctx) {
    leaving = true;
    new Leg(ctx.channel()).end();
    decoder.resume(ctx.pipeline().context(decoder));
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
    var leg = new Leg(ctx.channel());
    leg.write(response);
    leg.flush();
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
    var leg = new Leg(ctx.channel());
    leg.read(true);
    if (reusable) {
      skippable = SKIPPED_BYTES;
      decoder.resume(ctx.pipeline().context(decoder));
    } else if (!requestRead) {
      leave(ctx);
    } else {
      leaving = true;
      leg.closeAfterWrites();
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
      new Leg(ctx.channel()).closeAfterWrites();
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
    Leg.failed(ctx.channel(), cause);
  }
}
