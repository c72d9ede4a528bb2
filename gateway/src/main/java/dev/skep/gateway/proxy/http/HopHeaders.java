package dev.skep.gateway.proxy.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The headers that concern one connection only and so are written anew on each connection (RFC
 * 9110, 7.6.1).
 *
 * @param keepAlive whether the client's connection may carry another request after this one
 * @param upgrade whether the client asks to change the protocol; its own headers for that are the
 *     engine's to answer
 * @param http10 whether the client speaks HTTP/1.0 and so knows no chunks; nginx does towards its
 *     backends by default
 * @param isHead whether the request is a HEAD
 */
public record HopHeaders(boolean keepAlive, boolean upgrade, boolean http10, boolean isHead) {

  private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "host");

  /** What a request says about its own connection. */
  public static HopHeaders of(HttpRequest request) {
    var headers = request.headers();
    return new HopHeaders(
        HttpUtil.isKeepAlive(request),
        // The engine asks for no more: not for a Connection that names it.
        headers.contains(HttpHeaderNames.UPGRADE),
        request.protocolVersion().equals(HttpVersion.HTTP_1_0),
        request.method().equals(HttpMethod.HEAD));
  }

  /**
   * Whether a request waits for something else than {@code 100 Continue}: the engine answers 417.
   */
  public static boolean expectsWhatNobodyGives(HttpRequest request) {
    var expected = request.headers().get(HttpHeaderNames.EXPECT, "");
    return !expected.isEmpty() && !expectsContinue(request.headers());
  }

  private static boolean expectsContinue(HttpHeaders headers) {
    return headers.containsValue(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE, true);
  }

  /** Whether the client sends its body only when it is asked to. */
  static boolean waitsToSend(HttpRequest request) {
    return !request.protocolVersion().equals(HttpVersion.HTTP_1_0)
        && hasBody(request.headers())
        && expectsContinue(request.headers());
  }

  private static boolean hasBody(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
  }

  /**
   * Makes the request one for a connection that carries nothing else.
   *
   * @param ours whether Skep's own routes answer it, which change no protocol
   */
  public void toUpstream(HttpRequest request, boolean ours) {
    if (!waitsToSend(request)) {
      request.headers().remove(HttpHeaderNames.EXPECT);
    }
    request.setProtocolVersion(HttpVersion.HTTP_1_1);
    var headers = request.headers();
    if (!upgrade || ours) {
      dropHopHeaders(headers);
      headers
          .remove(HttpHeaderNames.UPGRADE)
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (!headers.contains(HttpHeaderNames.HOST)) {
      headers.set(HttpHeaderNames.HOST, "localhost");
    }
  }

  /**
   * Makes the answer's head one for the client's connection.
   *
   * @return whether that connection can carry another request after this answer
   */
  public boolean toClient(HttpResponse head) {
    head.setProtocolVersion(http10 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1);
    var headers = head.headers();
    dropHopHeaders(headers);
    if (http10) {
      HttpUtil.setTransferEncodingChunked(head, false);
    }
    var open = keepAlive && (!http10 || HttpUtil.isContentLengthSet(head));
    if (http10 && open) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    } else if (!http10 && !open) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return open;
  }

  /**
   * Whether an answer is a raw stream: another protocol, or a body that nothing but the
   * connection's end bounds.
   */
  public static boolean isRaw(HttpResponse head, HttpMethod method) {
    if (head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      return true;
    }
    var bodiless =
        method.equals(HttpMethod.HEAD)
            || head.status().equals(HttpResponseStatus.NO_CONTENT)
            || head.status().equals(HttpResponseStatus.NOT_MODIFIED);
    return !bodiless
        && !HttpUtil.isTransferEncodingChunked(head)
        && !HttpUtil.isContentLengthSet(head);
  }

  private static void dropHopHeaders(HttpHeaders headers) {
    for (var named : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (var name : List.of(named.split(","))) {
        // A client may not talk the framing or the host away.
        if (!FRAMING.contains(name.strip().toLowerCase(Locale.ROOT))) {
          headers.remove(name.strip());
        }
      }
    }
    headers.remove(HttpHeaderNames.CONNECTION).remove("Keep-Alive").remove("Proxy-Connection");
  }

  /** Whether another answer follows this one: 100 and its like, but not a switch of protocols. */
  public static boolean isInterim(HttpResponse head) {
    return head.status().codeClass() == HttpStatusClass.INFORMATIONAL
        && !head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
  }
}
