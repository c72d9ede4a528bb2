package dev.skep.conf.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A web server that keeps its connections: port 8080, {@code /} answers at once and {@link #SLOW}
 * pauses in the middle of its answer. Asked to stop, it ends the answers under way, says with each
 * that the connection ends with it, and closes what is idle. Runs in a container on the JDK of the
 * test.
 *
 * <p>The JDK's own server does the same, but when it is asked to stop it may cut an answer that it
 * has just begun.
 */
final class KeepingServer {
  static final String ANSWER = "ok\n";
  static final String SLOW = "/slow";

  /** Longer than the ingress takes a connection for busy that says nothing. */
  private static final long PAUSE_NANOS = 300_000_000;

  private static final int BACKLOG = 4096;

  private static final Set<Connection> CONNECTIONS = ConcurrentHashMap.newKeySet();
  private static volatile boolean ending;

  private KeepingServer() {}

  /** Serves until the process is stopped. */
  public static void main(String[] args) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(KeepingServer::stop));
    try (var server = new ServerSocket(8080, BACKLOG)) {
      while (true) {
        var connection = new Connection(server.accept());
        CONNECTIONS.add(connection);
        Thread.startVirtualThread(connection::serve);
      }
    }
  }

  /** Returns when no connection is left; who takes too long is killed. */
  private static void stop() {
    ending = true;
    while (!CONNECTIONS.isEmpty()) {
      CONNECTIONS.forEach(Connection::closeIfIdle);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static final class Connection {
    private enum Phase {
      /** Made to bring a request. */
      NEW,
      BUSY,
      IDLE,
      CLOSED
    }

    private final Socket socket;
    private Phase phase = Phase.NEW;

    Connection(Socket socket) {
      this.socket = socket;
    }

    void serve() {
      try (socket) {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        for (int first = in.read(); first >= 0 && enter(Phase.BUSY); first = in.read()) {
          String head = readHead(first, in);
          boolean last = ending;
          answer(head, last);
          if (last || !enter(Phase.IDLE)) {
            return;
          }
        }
      } catch (IOException e) {
        // the client has gone, or the connection was idle and is closed
      } finally {
        CONNECTIONS.remove(this);
      }
    }

    /** Whether it may: what was closed stays so. */
    private synchronized boolean enter(Phase next) {
      if (phase == Phase.CLOSED) {
        return false;
      }
      phase = next;
      return true;
    }

    synchronized void closeIfIdle() {
      if (phase != Phase.IDLE) {
        return;
      }
      phase = Phase.CLOSED;
      try {
        socket.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private void answer(String head, boolean last) throws IOException {
      OutputStream out = socket.getOutputStream();
      String fields =
          "HTTP/1.1 200 OK\r\nContent-Length: "
              + ANSWER.length()
              + (last ? "\r\nConnection: close" : "")
              + "\r\n\r\n";
      out.write((fields + ANSWER.charAt(0)).getBytes(StandardCharsets.US_ASCII));
      if (head.startsWith("GET " + SLOW)) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      out.write(ANSWER.substring(1).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static String readHead(int first, InputStream in) throws IOException {
    var head = new StringBuilder().append((char) first);
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the client has gone in the middle of its request");
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
