package dev.skep.gateway.proxy.exchange;

import dev.skep.engine.http.ApiUri;
import dev.skep.gateway.proxy.http.AttachBody;
import dev.skep.gateway.proxy.http.HopHeaders;
import dev.skep.gateway.proxy.route.UpstreamRoute;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.buffer.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The head of a client's request, made ready for whoever answers it. Used on one event loop, and
 * like an exchange only once.
 */
final class UpstreamRequest {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamRequest.class);

  private final HttpRequest request;
  private final HopHeaders hop;
  private final boolean bodyless;

  UpstreamRequest(HttpRequest request) {
    this.request = request;
    this.hop = HopHeaders.of(request);
    this.bodyless = AttachBody.isDropped(request);
  }

  /** What the client's connection is to become. */
  HopHeaders hop() {
    return hop;
  }

  /** Whether its body is thrown away, see {@link AttachBody}. */
  boolean isBodyless() {
    return bodyless;
  }

  boolean isHead() {
    return hop.isHead();
  }

  HttpMethod method() {
    return request.method();
  }

  String uri() {
    return request.uri();
  }

  /** What it asks, for errors: method and path. */
  String what() {
    return request.method() + " " + ApiUri.parse(request.uri()).path();
  }

  /**
   * Writes the head anew, for the connection to whoever answers.
   *
   * @param ours whether these are Skep's own routes
   */
  void prepare(UpstreamRoute route, boolean ours) {
    request.setUri(route.uri());
    hop.toUpstream(request, ours);
    if (bodyless) {
      HttpUtil.setTransferEncodingChunked(request, false);
      HttpUtil.setContentLength(request, 0);
    }
  }

  /**
   * Sends the head on a connection that stands, behind the preamble.
   *
   * @param ended whether the client sent all of it already
   * @param outcome hears of each write
   */
  void send(ProxyChannel channel, Buffer preamble, boolean ended, ChannelFutureListener outcome) {
    if (preamble.length() > 0) {
      channel.writeBelow(HttpRequestEncoder.class, Unpooled.wrappedBuffer(preamble.getBytes()));
    }
    channel.write(request, outcome);
    if (ended || bodyless) {
      channel.write(LastHttpContent.EMPTY_LAST_CONTENT, outcome);
    }
    channel.flush();
  }

  /** Leaves a trace of a request that the gateway answered in place of whoever was to. */
  void noteRefused(String reason) {
    LOG.atDebug()
        .addKeyValue("uri", request.uri())
        .addKeyValue("reason", reason)
        .log("request not answered");
  }
}
