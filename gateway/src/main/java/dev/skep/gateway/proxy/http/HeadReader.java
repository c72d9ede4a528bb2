package dev.skep.gateway.proxy.http;

import dev.skep.gateway.proxy.exchange.ProxyChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the heads of one connection's requests, within a time and a room, and has them read by
 * {@link RequestHead}.
 */
final class HeadReader {

  /** What has become of a head so far: it is not all there, or there is no room for it. */
  sealed interface Progress permits Unfinished, HeadRoom.Full, RequestHead.Outcome {}

  record Unfinished() implements Progress {}

  private static final Unfinished UNFINISHED = new Unfinished();

  private final HeadRoom room;
  private long taken;
  private int lineStart;
  private int scanned;
  private boolean begun;
  private boolean lastWasPost;
  private @Nullable Future<?> deadline;

  HeadReader(HeadRoom room) {
    this.room = room;
  }

  /** Looks at what is there of a head, and takes it out of the buffer once it is whole. */
  Progress read(ChannelHandlerContext ctx, ByteBuf in) {
    skipTrail(in);
    var start = in.readerIndex();
    var readable = Math.min(in.readableBytes(), RequestHead.MAX_BYTES);
    if (!makeRoom(readable)) {
      return new HeadRoom.Full();
    }
    for (var lf = lineFeed(in); lf >= 0; lf = lineFeed(in)) {
      var end = lf > lineStart && in.getByte(start + lf - 1) == '\r' ? lf - 1 : lf;
      if (!begun) {
        begun = true;
        var first = in.toString(start, end, StandardCharsets.ISO_8859_1);
        if (!RequestHead.canBegin(first)) {
          return forget(RequestHead.Refused.MALFORMED);
        }
      } else if (end == lineStart) {
        return forget(whole(in, lf + 1));
      }
      lineStart = lf + 1;
    }
    scanned = readable;
    if (in.readableBytes() >= RequestHead.MAX_BYTES) {
      return forget(RequestHead.Refused.TOO_LARGE);
    }
    if (deadline == null && readable > 0) {
      // As the engine does, and all that Go's server does: it closes without a word.
      deadline =
          ctx.executor()
              .schedule(
                  () -> new ProxyChannel(ctx.channel()).close(),
                  room.patience().toMillis(),
                  TimeUnit.MILLISECONDS);
    }
    return UNFINISHED;
  }

  /** Where the next line ends, from the head's beginning; negative where it does not yet. */
  private int lineFeed(ByteBuf in) {
    var from = in.readerIndex() + Math.max(lineStart, scanned);
    var to = in.readerIndex() + Math.min(in.readableBytes(), RequestHead.MAX_BYTES);
    var lf = from < to ? in.indexOf(from, to, (byte) '\n') : -1;
    return lf < 0 ? -1 : lf - in.readerIndex();
  }

  private RequestHead.Outcome whole(ByteBuf in, int length) {
    var bytes = ByteBufUtil.getBytes(in, in.readerIndex(), length);
    in.skipBytes(length);
    var outcome = RequestHead.parse(bytes);
    lastWasPost =
        outcome instanceof RequestHead.Taken(var request, _)
            && request.method().equals(HttpMethod.POST);
    return outcome;
  }

  private RequestHead.Outcome forget(RequestHead.Outcome outcome) {
    lineStart = 0;
    scanned = 0;
    begun = false;
    stopTime();
    return outcome;
  }

  /** Some old clients send an empty line behind the body of a POST; Go's server overlooks it. */
  private void skipTrail(ByteBuf in) {
    while (lastWasPost && !begun && in.isReadable()) {
      var next = in.getByte(in.readerIndex());
      lastWasPost = next == '\r' || next == '\n';
      if (lastWasPost) {
        in.skipBytes(1);
      }
    }
  }

  private boolean makeRoom(int bytes) {
    var more = bytes - HeadRoom.FREE_BYTES - taken;
    if (more > 0) {
      if (!room.take(more)) {
        return false;
      }
      taken += more;
    }
    return true;
  }

  /** The head is answered, or its client is gone. */
  void done() {
    stopTime();
    room.giveBack(taken);
    taken = 0;
  }

  private void stopTime() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
