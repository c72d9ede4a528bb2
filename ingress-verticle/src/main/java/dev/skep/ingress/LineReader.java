package dev.skep.ingress;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads one line of a greeting off a socket and keeps what follows it. */
final class LineReader {
  private final IngressLoop loop;
  private final EpollSocket socket;
  private final StringBuilder line = new StringBuilder();
  private @Nullable ByteBuf following;

  LineReader(IngressLoop loop, EpollSocket socket) {
    this.loop = loop;
    this.socket = socket;
  }

  /**
   * The line without its end; nothing while it is not complete.
   *
   * @throws IOException when the connection ended or the line is too long
   */
  @Nullable String read() throws IOException {
    while (socket.isReadable()) {
      int length = socket.read(RelayProtocol.MAX_LINE);
      if (length < 0) {
        throw new IOException("the other end closed the connection");
      }
      byte[] bytes = loop.scratchBytes(length);
      for (int i = 0; i < length; i++) {
        if (bytes[i] == RelayProtocol.LINE_END) {
          line.append(new String(bytes, 0, i, StandardCharsets.US_ASCII));
          if (i + 1 < length) {
            following = loop.keep(i + 1, length);
          }
          return line.toString();
        }
      }
      line.append(new String(bytes, StandardCharsets.US_ASCII));
      if (line.length() > RelayProtocol.MAX_LINE) {
        throw new IOException("the other end speaks something else");
      }
    }
    return null;
  }

  /** What came with the line, to be called once. */
  @Nullable ByteBuf following() {
    ByteBuf bytes = following;
    following = null;
    return bytes;
  }
}
