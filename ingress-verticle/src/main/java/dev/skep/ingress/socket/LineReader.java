package dev.skep.ingress.socket;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads one line off a socket and keeps what follows it. */
public final class LineReader {
  private final IngressLoop loop;
  private final EpollSocket socket;
  private final int maxLength;
  private final StringBuilder line = new StringBuilder();
  private @Nullable ByteBuf following;

  /**
   * @param maxLength bytes without the end; whoever sends more speaks something else
   */
  public LineReader(IngressLoop loop, EpollSocket socket, int maxLength) {
    this.maxLength = maxLength;
    this.loop = loop;
    this.socket = socket;
  }

  /**
   * The line without its end; nothing while it is not complete.
   *
   * @throws IOException when the connection ended or the line is too long
   */
  public @Nullable String read() throws IOException {
    while (socket.isReadable()) {
      int length = socket.read(maxLength);
      if (length < 0) {
        throw new IOException("the other end closed the connection");
      }
      byte[] bytes = loop.scratchBytes(length);
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          line.append(new String(bytes, 0, i, StandardCharsets.US_ASCII));
          if (i + 1 < length) {
            following = loop.keep(i + 1, length);
          }
          return line.toString();
        }
      }
      line.append(new String(bytes, StandardCharsets.US_ASCII));
      if (line.length() > maxLength) {
        throw new IOException("the other end speaks something else");
      }
    }
    return null;
  }

  /** What came with the line, to be called once. */
  public @Nullable ByteBuf following() {
    ByteBuf bytes = following;
    following = null;
    return bytes;
  }
}
