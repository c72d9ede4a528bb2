package dev.skep.conf.e2e;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that keep their connections until the server says that they end, as browsers, proxies and
 * pools do. One that finds its kept connection closed before a byte of the answer came asks again
 * on a new one, as RFC 9112 (section 9.3.1) lets it for a GET. Everything else is a failure: an
 * answer that is cut, and a new connection that does not serve.
 */
final class KeptLoad implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_MILLIS = 20_000;
  private static final int NO_BYTE = -1;

  /** Failures are listed, so there must not be millions. */
  private static final long AFTER_FAILURE_NANOS = 100_000_000;

  /** How a client behaves: what it asks for, and how long it rests between two questions. */
  record Habit(String path, Duration rest) {}

  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile boolean ending;

  /** Starts {@code count} clients of this habit for each target. */
  void begin(List<InetSocketAddress> targets, int count, Habit habit) {
    for (InetSocketAddress target : targets) {
      for (int i = 0; i < count; i++) {
        clients.execute(() -> live(target, habit));
      }
    }
  }

  private void live(InetSocketAddress target, Habit habit) {
    while (!ending) {
      try (var socket = new Socket()) {
        socket.connect(target, CONNECT_MILLIS);
        socket.setSoTimeout(ANSWER_MILLIS);
        askUntilClosed(socket, target, habit);
        ended.incrementAndGet();
      } catch (IOException e) {
        failures.add(target + habit.path() + ": " + e);
        LockSupport.parkNanos(AFTER_FAILURE_NANOS);
      }
    }
  }

  private void askUntilClosed(Socket socket, InetSocketAddress target, Habit habit)
      throws IOException {
    byte[] request =
        ("GET " + habit.path() + " HTTP/1.1\r\nHost: test\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    InputStream in = new BufferedInputStream(socket.getInputStream());
    for (int before = 0; !ending; before++) {
      int first;
      try {
        socket.getOutputStream().write(request);
        first = in.read();
      } catch (IOException e) {
        if (before == 0) {
          throw e;
        }
        first = NO_BYTE;
      }
      if (first == NO_BYTE) {
        if (before == 0) {
          throw new EOFException("a new connection was closed without an answer");
        }
        return;
      }
      String head = readAnswer(first, in);
      if (head.startsWith("HTTP/1.1 200")) {
        answered.incrementAndGet();
      } else {
        failures.add(target + habit.path() + " answered '" + head + "'");
      }
      if (head.toLowerCase(Locale.ROOT).contains("connection: close")) {
        return;
      }
      LockSupport.parkNanos(habit.rest().toNanos());
    }
  }

  /** Its head; throws when the answer is cut, or has another body than expected. */
  private static String readAnswer(int first, InputStream in) throws IOException {
    var head = new StringBuilder().append((char) first);
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("cut after '" + head + "'");
      }
      head.append((char) next);
    }
    byte[] body = in.readNBytes(KeepingServer.ANSWER.length());
    if (!new String(body, StandardCharsets.US_ASCII).equals(KeepingServer.ANSWER)) {
      throw new IOException("cut or wrong after " + body.length + " bytes of the body");
    }
    return head.toString();
  }

  /** Waits for the last answers. */
  @Override
  public void close() {
    ending = true;
    clients.close();
  }

  int answered() {
    return answered.get();
  }

  /** Connections that ended, by their servers' hand but for the last. */
  int ended() {
    return ended.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }
}
