package dev.skep.engine.log;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the engine's multiplexed log stream into frames: a byte for the stream, three of nothing,
 * the length in four bytes, the payload.
 */
final class LogFrameParser {
  private static final int HEADER_BYTES = 8;

  /** The engine cuts lines at 16 KiB; labels and timestamps come on top. */
  private static final int MAX_FRAME_BYTES = 1 << 22;

  private Buffer rest = Buffer.buffer();

  /**
   * The frames that {@code chunk} completes. Throws IllegalArgumentException when the bytes are no
   * frames.
   */
  List<LogFrame> feed(Buffer chunk) {
    rest.appendBuffer(chunk);
    List<LogFrame> frames = new ArrayList<>();
    int at = 0;
    while (rest.length() - at >= HEADER_BYTES) {
      int stream = rest.getByte(at);
      long length = rest.getUnsignedInt(at + 4);
      if (stream < 0 || stream > 3 || length > MAX_FRAME_BYTES) {
        throw new IllegalArgumentException(
            "not a log frame: stream " + stream + ", " + length + " bytes");
      }
      int end = at + HEADER_BYTES + (int) length;
      if (rest.length() < end) {
        break;
      }
      frames.add(new LogFrame(stream, rest.getBuffer(at + HEADER_BYTES, end)));
      at = end;
    }
    rest = at == rest.length() ? Buffer.buffer() : rest.getBuffer(at, rest.length());
    return frames;
  }
}
