package dev.skep.conf.control;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ClientHello in the first bytes of a connection, as they come: one handshake message,
 * which may lie in several TLS records (RFC 8446, section 5.1), and a record in several packets.
 * Each byte is looked at once, however they are cut.
 */
final class ClientHelloReader {
  /** All records together. One with post-quantum key shares has about 1,800 bytes. */
  static final int MAX_BYTES = 16 * 1024;

  private static final int RECORD_HEADER_BYTES = 5;
  private static final int MESSAGE_HEADER_BYTES = 4;
  private static final int MAX_RECORD_BYTES = 16 * 1024;
  private static final int HANDSHAKE = 22;
  private static final int MAJOR_VERSION = 3;
  private static final int CLIENT_HELLO = 1;

  private final byte[] recordHeader = new byte[RECORD_HEADER_BYTES];
  private final byte[] messageHeader = new byte[MESSAGE_HEADER_BYTES];
  private byte @Nullable [] body;
  private int inRecordHeader;
  private int inMessageHeader;
  private int inBody;
  private int leftOfRecord;
  private int taken;

  /**
   * Takes the next bytes, from an index of {@code in}, and leaves that as it is.
   *
   * @return the ClientHello, or null while it is not whole
   * @throws RefusedHello when something else comes
   */
  @Nullable ClientHello take(ByteBuf in, int from) throws RefusedHello {
    for (int i = from; i < in.writerIndex(); i++) {
      if (taken == MAX_BYTES) {
        throw new RefusedHello("no end of a ClientHello within " + MAX_BYTES + " bytes");
      }
      taken++;
      byte[] whole = take(in.getByte(i));
      if (whole != null) {
        return ClientHello.parse(ByteBuffer.wrap(whole));
      }
    }
    return null;
  }

  /** How many bytes it was given. */
  int taken() {
    return taken;
  }

  private byte @Nullable [] take(byte next) throws RefusedHello {
    if (leftOfRecord == 0) {
      takeRecordHeader(next);
      return null;
    }
    leftOfRecord--;
    if (body == null) {
      takeMessageHeader(next);
    } else {
      body[inBody++] = next;
    }
    return body != null && inBody == body.length ? body : null;
  }

  private void takeRecordHeader(byte next) throws RefusedHello {
    recordHeader[inRecordHeader++] = next;
    if (recordHeader[0] != HANDSHAKE || (inRecordHeader > 1 && recordHeader[1] != MAJOR_VERSION)) {
      throw new RefusedHello("no TLS");
    }
    if (inRecordHeader == RECORD_HEADER_BYTES) {
      int length = Short.toUnsignedInt(ByteBuffer.wrap(recordHeader).getShort(3));
      if (length == 0 || length > MAX_RECORD_BYTES) {
        throw new RefusedHello("no TLS");
      }
      leftOfRecord = length;
      inRecordHeader = 0;
    }
  }

  private void takeMessageHeader(byte next) throws RefusedHello {
    messageHeader[inMessageHeader++] = next;
    if (messageHeader[0] != CLIENT_HELLO) {
      throw new RefusedHello("no ClientHello");
    }
    if (inMessageHeader == MESSAGE_HEADER_BYTES) {
      int length = ByteBuffer.wrap(messageHeader).getInt() & 0xffffff;
      if (length == 0 || length > MAX_BYTES) {
        throw new RefusedHello("a ClientHello of " + length + " bytes");
      }
      body = new byte[length];
    }
  }
}
