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
import org.jspecify.annotations.Nullable;

/**
 * Requests at a fixed rate, each on a connection of its own, whatever becomes of those before: the
 * load does not wait for a service that is slow, as a crowd of users does not.
 */
final class OpenLoad implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_MILLIS = 20_000;

  /** What is asked before the load, by clients that wait, to learn what the machine can do. */
  private static final int TRIAL = 2_000;

  private static final int TRIAL_CLIENTS = 16;

  /** The share of what the machine can do that is asked of it while it also starts containers. */
  private static final double SHARE = 0.2;

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

  /**
   * @param targets asked in turn
   */
  OpenLoad(List<InetSocketAddress> targets, int perSecond) {
    this.targets = targets;
    this.everyNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    pacer.start();
  }

  /**
   * A rate for these targets that leaves the machine room for what is done beside the load: a fifth
   * of what it answers to clients that wait for their answers, and no more than asked for.
   *
   * @return requests per second
   */
  static int sustainable(List<InetSocketAddress> targets, int atMost) {
    ask(targets);
    long begin = System.nanoTime();
    ask(targets);
    double perSecond = TRIAL * 1e9 / (System.nanoTime() - begin);
    return (int) Math.max(1, Math.min(atMost, SHARE * perSecond));
  }

  /** Asks all of the trial; the first time warms up what is on the way. */
  private static void ask(List<InetSocketAddress> targets) {
    var turn = new AtomicInteger();
    try (ExecutorService clients = Executors.newFixedThreadPool(TRIAL_CLIENTS)) {
      for (int i = 0; i < TRIAL_CLIENTS; i++) {
        clients.execute(() -> {
          for (int next = turn.getAndIncrement(); next < TRIAL; next = turn.getAndIncrement()) {
            answered(targets.get(next % targets.size()));
          }
        });
      }
    }
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
  }

  private void ask(InetSocketAddress target) {
    sockets.acquireUninterruptibly();
    String failure = answered(target);
    sockets.release();
    if (failure == null) {
      answered.incrementAndGet();
    } else {
      failures.add(failure);
    }
  }

  /** One request on a connection of its own: null when it was answered as it should be. */
  private static @Nullable String answered(InetSocketAddress target) {
    try (var socket = new Socket()) {
      socket.connect(target, CONNECT_MILLIS);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.getOutputStream().write(REQUEST);
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.startsWith("HTTP/1.1 200") && answer.endsWith("ok\n")
          ? null
          : target + " answered '" + answer + "'";
    } catch (IOException e) {
      return target + ": " + e;
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

  List<String> failures() {
    return List.copyOf(failures);
  }
}
