package dev.skep.engine.fake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * One end of a raw connection, for tests that must say exactly which bytes travel when: either a
 * client of the proxy or a connection that the scripted engine accepted. Every read is bounded in
 * time.
 */
public final class Wire implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 30_000;

  private final SocketChannel channel;
  private final Selector readable;
  private final Selector writable;
  private ByteBuffer unread = ByteBuffer.allocate(0);

  public Wire(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.readable = Selector.open();
    this.writable = Selector.open();
    channel.configureBlocking(false);
  }

  public static Wire connect(Path socket) throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return new Wire(channel);
  }

  public Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public Wire send(byte[] bytes) throws IOException {
    var left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      if (channel.write(left) == 0 && !ready(SelectionKey.OP_WRITE, PATIENCE_MILLIS)) {
        throw new IOException("the peer took no more of " + bytes.length + " bytes in time");
      }
    }
    return this;
  }

  /**
   * Sends until the peer takes nothing for a while or the limit is reached; gives the number of
   * bytes sent.
   */
  public long sendUntilStuck(long limitBytes, int stuckMillis) throws IOException {
    var block = new byte[64 * 1024];
    var sent = 0L;
    while (sent < limitBytes) {
      var count = channel.write(ByteBuffer.wrap(block));
      sent += count;
      if (count == 0 && !ready(SelectionKey.OP_WRITE, stuckMillis)) {
        break;
      }
    }
    return sent;
  }

  /** Ends this direction and keeps reading the other. */
  public Wire end() throws IOException {
    channel.shutdownOutput();
    return this;
  }

  /** Reads up to and with the empty line behind a head. */
  public String head() throws IOException {
    var head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      var b = read();
      if (b < 0) {
        throw new IOException("the connection ended within a head: " + head);
      }
      head.append((char) b);
    }
    return head.toString();
  }

  /** Makes the next reads give this again. */
  public void putBack(String text) {
    var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    unread = ByteBuffer.allocate(bytes.length + unread.remaining()).put(bytes).put(unread).flip();
  }

  public String text(int length) throws IOException {
    return new String(bytes(length), StandardCharsets.ISO_8859_1);
  }

  public byte[] bytes(int length) throws IOException {
    var bytes = new byte[length];
    for (var i = 0; i < length; i++) {
      var b = read();
      if (b < 0) {
        throw new IOException("the connection ended after " + i + " of " + length + " bytes");
      }
      bytes[i] = (byte) b;
    }
    return bytes;
  }

  /** Reads to the end of the peer's output. */
  public String rest() throws IOException {
    var rest = new ByteArrayOutputStream();
    for (var b = read(); b >= 0; b = read()) {
      rest.write(b);
    }
    return rest.toString(StandardCharsets.ISO_8859_1);
  }

  /** Reads to the end of the peer's output and gives the number of bytes only. */
  public long drain() throws IOException {
    var count = (long) unread.remaining();
    while (fill()) {
      count += unread.remaining();
    }
    return count;
  }

  /** Reads a chunked body and gives it without its framing. */
  public String chunks() throws IOException {
    var body = new StringBuilder();
    while (true) {
      var size = Integer.parseInt(line(), 16);
      body.append(text(size));
      line();
      if (size == 0) {
        return body.toString();
      }
    }
  }

  public String line() throws IOException {
    var line = new StringBuilder();
    for (var b = read(); b != '\n'; b = read()) {
      if (b < 0) {
        throw new IOException("the connection ended within the line '" + line + "'");
      }
      line.append((char) b);
    }
    return line.toString().strip();
  }

  /** A header's value in a head, or "" when it is not there. */
  public static String header(String head, String name) {
    return head.lines()
        .filter(
            line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  @Override
  public void close() throws IOException {
    channel.close();
    readable.close();
    writable.close();
  }

  private int read() throws IOException {
    return unread.hasRemaining() || fill() ? unread.get() & 0xff : -1;
  }

  /** Waits for more bytes; false at the end. */
  private boolean fill() throws IOException {
    var block = ByteBuffer.allocate(64 * 1024);
    while (true) {
      var count = channel.read(block);
      if (count != 0) {
        unread = block.flip();
        return count > 0;
      }
      if (!ready(SelectionKey.OP_READ, PATIENCE_MILLIS)) {
        throw new IOException("the peer sent nothing in time");
      }
    }
  }

  private boolean ready(int operation, int millis) throws IOException {
    // One each, since a test may send and receive in two threads.
    var selector = operation == SelectionKey.OP_READ ? readable : writable;
    if (channel.keyFor(selector) == null) {
      channel.register(selector, operation);
    }
    selector.selectedKeys().clear();
    return selector.select(millis) > 0;
  }
}
