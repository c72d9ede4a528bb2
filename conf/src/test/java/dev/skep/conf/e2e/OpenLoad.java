package dev.skep.conf.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a fixed rate, each on a connection of its own, whatever becomes of those before: the
 * load does not wait for a service that is slow, as a crowd of users does not.
 */
final class OpenLoad implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_MILLIS = 20_000;

  /** A machine has only so many; the others' turn comes. */
  private static final int SOCKETS = 4_000;

  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final List<InetSocketAddress> targets;
  private final long everyNanos;
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();

  /** The rate is kept over the whole time, so a generator that fell behind brings many at once. */
  private final Semaphore sockets = new Semaphore(SOCKETS);

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final Thread pacer = new Thread(this::pace, "open-load");
  private volatile boolean ending;
  private int sent;
  private long tookNanos;

  /**
   * @param targets asked in turn
   */
  OpenLoad(List<InetSocketAddress> targets, int perSecond) {
    this.targets = targets;
    this.everyNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    pacer.start();
  }

  private void pace() {
    long begin = System.nanoTime();
    while (!ending) {
      // What fell behind is caught up with: the rate is kept over the whole time.
      while (!ending && System.nanoTime() - begin >= sent * everyNanos) {
        InetSocketAddress target = targets.get(sent % targets.size());
        requests.execute(() -> ask(target));
        sent++;
      }
      LockSupport.parkNanos(everyNanos);
    }
    tookNanos = System.nanoTime() - begin;
  }

  private void ask(InetSocketAddress target) {
    sockets.acquireUninterruptibly();
    try (var socket = new Socket()) {
      socket.connect(target, CONNECT_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write(REQUEST);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (answer.startsWith("HTTP/1.1 200") && answer.endsWith("ok\n")) {
        answered.incrementAndGet();
      } else {
        failures.add(target + " answered '" + answer + "'");
      }
    } catch (IOException e) {
      failures.add(target + ": " + e);
    } finally {
      sockets.release();
    }
  }

  /** Sends no more and waits for the last answers. */
  @Override
  public void close() {
    ending = true;
    try {
      pacer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    requests.close();
  }

  /** How many answers were right; after {@link #close}. */
  int answered() {
    return answered.get();
  }

  /** Requests sent in a second, on average; after {@link #close}. */
  double rate() {
    return sent * 1e9 / tookNanos;
  }

  List<String> failures() {
    return List.copyOf(failures);
  }
}
