package dev.skep.store.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What stands at a member's address, and leads to where its store listens. */
final class Door implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable InetSocketAddress behind;

  Door(InetSocketAddress address) {
    try {
      listener = new ServerSocket();
      listener.bind(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  void leadsTo(InetSocketAddress listener) {
    behind = listener;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket from = listener.accept();
        open.add(from);
        Thread.ofVirtual().start(() -> serve(from));
      } catch (IOException e) {
        return; // it is closed
      }
    }
  }

  private void serve(Socket from) {
    InetSocketAddress target = behind;
    try (from;
        Socket to = new Socket()) {
      open.add(to);
      if (target == null) {
        return;
      }
      from.setTcpNoDelay(true);
      to.setTcpNoDelay(true);
      to.connect(target);
      Thread back = Thread.ofVirtual().start(() -> pump(to, from));
      pump(from, to);
      back.join();
    } catch (IOException | InterruptedException e) {
      // nobody is there
    } finally {
      open.remove(from);
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      shut(from);
      shut(to);
    } finally {
      open.remove(from);
    }
  }

  private static void shut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(Door::shut);
  }
}
