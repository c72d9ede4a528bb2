package dev.skep.engine.log;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the log of a container with a terminal into its lines. The engine sends them bare, without
 * frames; but when it is asked for timestamps and details it begins each with {@code timestamp SP
 * details SP}. A line ends with a line feed, or where the engine cuts long ones.
 */
final class TtyLines {
  /** The engine's copier hands on what has no line end yet in pieces of this size. */
  private static final int PIECE_BYTES = 16 * 1024;

  private Buffer rest = Buffer.buffer();

  /** The lines that {@code chunk} completes, each with its timestamp and details. */
  List<LogFrame> feed(Buffer chunk) {
    rest.appendBuffer(chunk);
    List<LogFrame> lines = new ArrayList<>();
    int at = 0;
    int end = end(at);
    while (end > 0) {
      lines.add(new LogFrame(1, rest.getBuffer(at, end)));
      at = end;
      end = end(at);
    }
    rest = rest.getBuffer(at, rest.length());
    return lines;
  }

  /** What came last has no end, because the container's process ended behind it. */
  List<LogFrame> rest() {
    List<LogFrame> last = rest.length() == 0 ? List.of() : List.of(new LogFrame(1, rest.copy()));
    rest = Buffer.buffer();
    return last;
  }

  /** Where the line that begins at {@code at} ends; 0 when that is not known yet. */
  private int end(int at) {
    int details = after(at, ' ');
    int text = details == 0 ? 0 : after(details, ' ');
    if (text == 0) {
      return 0;
    }
    int end = after(text, '\n');
    if (end > 0 && end - text <= PIECE_BYTES) {
      return end;
    }
    return rest.length() - text >= PIECE_BYTES ? text + PIECE_BYTES : 0;
  }

  private int after(int from, char wanted) {
    for (int i = from; i < rest.length(); i++) {
      if (rest.getByte(i) == wanted) {
        return i + 1;
      }
    }
    return 0;
  }
}
