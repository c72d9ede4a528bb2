package dev.skep.conf.bus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands connections on to a port, and keeps all that passes in either direction. */
final class WireTap implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket();
  private final InetSocketAddress target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

  WireTap(InetSocketAddress at, InetSocketAddress target) throws IOException {
    this.target = target;
    listener.bind(at);
    Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Socket outer = listener.accept();
        Socket inner = new Socket(target.getAddress(), target.getPort());
        sockets.add(outer);
        sockets.add(inner);
        Thread.ofVirtual().start(() -> copy(outer, inner));
        Thread.ofVirtual().start(() -> copy(inner, outer));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] chunk = new byte[16 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int bytes = in.read(chunk); bytes >= 0; bytes = in.read(chunk)) {
        synchronized (passed) {
          passed.write(chunk, 0, bytes);
        }
        out.write(chunk, 0, bytes);
      }
    } catch (IOException e) {
      // an end is an end
    }
  }

  /** All of it, a byte a character. */
  String passed() {
    synchronized (passed) {
      return passed.toString(StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
