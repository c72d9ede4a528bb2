package dev.skep.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.UnaryOperator;

/** A short answer that is held back until it is whole, to be changed before the client gets it. */
final class HeldAnswer {
  /** No inspection of a container comes near; a longer answer passes unchanged. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private final HttpResponse head;
  private final UnaryOperator<Buffer> change;
  private final Buffer body = Buffer.buffer();

  HeldAnswer(HttpResponse head, UnaryOperator<Buffer> change) {
    this.head = head;
    this.change = change;
  }

  /** Whether the answer is one to hold: a successful one with a body of JSON. */
  static boolean fits(HttpResponse head) {
    String type = head.headers().get("Content-Type");
    return head.status().code() >= 200
        && head.status().code() < 300
        && head.status().code() != 204
        && type != null
        && type.startsWith("application/json");
  }

  /**
   * Takes a part of the body.
   *
   * @return what the client is to get now: nothing before the end, unless the answer is too long
   */
  List<Object> add(HttpContent part) {
    body.appendBytes(bytes(part.content()));
    boolean last = part instanceof LastHttpContent;
    part.release();
    if (last) {
      Buffer changed = change.apply(body);
      HttpUtil.setTransferEncodingChunked(head, false);
      HttpUtil.setContentLength(head, changed.length());
      return List.of(head, new DefaultLastHttpContent(Unpooled.wrappedBuffer(changed.getBytes())));
    }
    return body.length() <= MAX_BYTES
        ? List.of()
        : List.of(head, new DefaultHttpContent(Unpooled.wrappedBuffer(body.getBytes())));
  }

  private static byte[] bytes(ByteBuf content) {
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    return bytes;
  }
}
