package dev.skep.gateway.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A short answer that is held back until it is whole, to be changed before the client gets it. */
final class HeldAnswer {
  private static final Logger LOG = LoggerFactory.getLogger(HeldAnswer.class);

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
      Buffer changed = changed();
      HttpUtil.setTransferEncodingChunked(head, false);
      HttpUtil.setContentLength(head, changed.length());
      return List.of(head, new DefaultLastHttpContent(Unpooled.wrappedBuffer(changed.getBytes())));
    }
    return body.length() <= MAX_BYTES
        ? List.of()
        : List.of(head, new DefaultHttpContent(Unpooled.wrappedBuffer(body.getBytes())));
  }

  /** What cannot be read passes as it is: the client is told as much as without Skep. */
  private Buffer changed() {
    try {
      return change.apply(body);
    } catch (DecodeException | ClassCastException e) {
      LOG.atDebug().addKeyValue("cause", e.toString()).log("an answer passes unread");
      return body;
    }
  }

  private static byte[] bytes(ByteBuf content) {
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    return bytes;
  }
}
