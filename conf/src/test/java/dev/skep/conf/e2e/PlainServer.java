package dev.skep.conf.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/**
 * The program of the services that are tested under load: answers every HTTP request on port 8080,
 * thousands a second on little processor time, and closes the connection. Runs in a container on
 * the JDK of the test.
 */
final class PlainServer {
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
          .getBytes(StandardCharsets.US_ASCII);

  private PlainServer() {}

  /** Serves until the process is stopped. */
  public static void main(String[] args) throws IOException {
    try (Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(8080), 4096);
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      while (selector.select() >= 0) {
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
          SelectionKey key = keys.next();
          keys.remove();
          if (key.isAcceptable()) {
            accept(server, selector);
          } else {
            answer(key);
          }
        }
      }
    }
  }

  private static void accept(ServerSocketChannel server, Selector selector) throws IOException {
    for (SocketChannel client = server.accept(); client != null; client = server.accept()) {
      client.configureBlocking(false);
      client.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(1024));
    }
  }

  /** A request without a body is over with its empty line; the answer fits any socket's buffer. */
  private static void answer(SelectionKey key) {
    SocketChannel client = (SocketChannel) key.channel();
    ByteBuffer request = (ByteBuffer) key.attachment();
    try {
      int read = client.read(request);
      String text = StandardCharsets.US_ASCII.decode(request.duplicate().flip()).toString();
      if (text.endsWith("\r\n\r\n")) {
        client.write(ByteBuffer.wrap(ANSWER));
      }
      if (read < 0 || text.endsWith("\r\n\r\n")) {
        client.close();
      }
    } catch (IOException e) {
      key.cancel();
    }
  }
}
