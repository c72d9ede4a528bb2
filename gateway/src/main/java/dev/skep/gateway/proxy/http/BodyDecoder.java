package dev.skep.gateway.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/**
 * The body of one request, taken from the bytes as they come; chunks are read by the rules of Go's
 * server, which is the engine's.
 */
sealed interface BodyDecoder {

  /**
   * Takes what is there of the body.
   *
   * @param out gets content, and at the end a {@code LastHttpContent} or a {@link BadChunk}
   */
  void read(ByteBuf in, List<Object> out);

  /** The body of that length, or one in chunks. */
  static BodyDecoder of(OptionalLong bytes) {
    return bytes.isPresent() ? new Sized(bytes.getAsLong()) : new Chunked();
  }

  /** A body of known length. */
  final class Sized implements BodyDecoder {
    private long left;

    Sized(long left) {
      this.left = left;
    }

    @Override
    public void read(ByteBuf in, List<Object> out) {
      var part = in.readRetainedSlice((int) Math.min(in.readableBytes(), left));
      left -= part.readableBytes();
      out.add(left == 0 ? new DefaultLastHttpContent(part) : new DefaultHttpContent(part));
    }
  }

  /** A body in chunks. Trailers are dropped: no endpoint of the engine reads any. */
  final class Chunked implements BodyDecoder {

    /** The longest line with a size, and all trailers together; as Go's server. */
    private static final int LINE_BYTES = 4096;

    private static final int SIZE_DIGITS = 16;

    private enum At {
      SIZE,
      DATA,
      DATA_END,
      TRAILER
    }

    private At at = At.SIZE;
    private long left;

    @Override
    public void read(ByteBuf in, List<Object> out) {
      switch (at) {
        case SIZE -> readSize(in, out);
        case DATA -> readData(in, out);
        case DATA_END -> readDataEnd(in, out);
        case TRAILER -> readTrailer(in, out);
      }
    }

    private void readSize(ByteBuf in, List<Object> out) {
      var length = in.bytesBefore((byte) '\n');
      if (length >= LINE_BYTES || (length < 0 && in.readableBytes() >= LINE_BYTES)) {
        out.add(bad(in, "header line too long"));
        return;
      }
      if (length < 0) {
        return;
      }
      var line = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1).stripTrailing();
      var size = line.indexOf(';') < 0 ? line : line.substring(0, line.indexOf(';'));
      for (var i = 0; i < size.length(); i++) {
        if (Character.digit(size.charAt(i), 16) < 0 || size.charAt(i) > 'f') {
          out.add(bad(in, "invalid byte in chunk length"));
          return;
        }
        if (i == SIZE_DIGITS) {
          out.add(bad(in, "http chunk length too large"));
          return;
        }
      }
      in.skipBytes(length + 1);
      left = size.isEmpty() ? 0 : Long.parseUnsignedLong(size, 16);
      at = left == 0 ? At.TRAILER : At.DATA;
    }

    private void readData(ByteBuf in, List<Object> out) {
      // Sizes are unsigned.
      var part =
          in.readRetainedSlice(
              Long.compareUnsigned(in.readableBytes(), left) < 0 ? in.readableBytes() : (int) left);
      left -= part.readableBytes();
      at = left == 0 ? At.DATA_END : At.DATA;
      out.add(new DefaultHttpContent(part));
    }

    private void readDataEnd(ByteBuf in, List<Object> out) {
      if (in.readableBytes() < 2) {
        return;
      }
      if (!isEmptyLine(in)) {
        out.add(bad(in, "malformed chunked encoding"));
        return;
      }
      in.skipBytes(2);
      at = At.SIZE;
    }

    private void readTrailer(ByteBuf in, List<Object> out) {
      if (in.readableBytes() < 2) {
        return;
      }
      if (isEmptyLine(in)) {
        in.skipBytes(2);
        out.add(LastHttpContent.EMPTY_LAST_CONTENT);
        return;
      }
      var seen =
          in.toString(
              in.readerIndex(),
              Math.min(in.readableBytes(), LINE_BYTES),
              StandardCharsets.ISO_8859_1);
      var end = seen.indexOf("\r\n\r\n");
      if (end < 0) {
        if (seen.length() == LINE_BYTES) {
          out.add(bad(in, "http: unexpected EOF reading trailer"));
        }
        return;
      }
      for (var line : seen.substring(0, end).lines().toList()) {
        if (line.indexOf(':') < 0) {
          out.add(bad(in, "malformed MIME header: missing colon: \"" + line + "\""));
          return;
        }
      }
      in.skipBytes(end + 4);
      out.add(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private static boolean isEmptyLine(ByteBuf in) {
      return in.getByte(in.readerIndex()) == '\r' && in.getByte(in.readerIndex() + 1) == '\n';
    }

    private static BadChunk bad(ByteBuf in, String why) {
      return new BadChunk(in.readRetainedSlice(in.readableBytes()), why);
    }
  }
}
