package dev.skep.node.dns;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;

/** Messages on a TCP connection: each after its length in two bytes (RFC 1035, 4.2.2). */
final class TcpFrames {
  private static final int LENGTH_BYTES = 2;

  private boolean lengthIsNext = true;

  private TcpFrames() {}

  /** Hands over each message that comes; closes the connection on what can be none. */
  static void read(NetSocket socket, Handler<Buffer> handler) {
    TcpFrames frames = new TcpFrames();
    RecordParser parser = RecordParser.newFixed(LENGTH_BYTES);
    parser.handler(bytes -> {
      if (!frames.lengthIsNext) {
        frames.lengthIsNext = true;
        parser.fixedSizeMode(LENGTH_BYTES);
        handler.handle(bytes);
      } else if (bytes.getUnsignedShort(0) == 0) {
        socket.close();
      } else {
        frames.lengthIsNext = false;
        parser.fixedSizeMode(bytes.getUnsignedShort(0));
      }
    });
    socket.handler(parser);
  }

  static void write(NetSocket socket, Buffer message) {
    socket.write(Buffer.buffer().appendUnsignedShort(message.length()).appendBuffer(message));
  }
}
