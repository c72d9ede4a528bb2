package dev.skep.conf.bus;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread on which the bus's signatures are made and checked, so that strangers' handshakes
 * delay no message, and the time that each handshake has.
 */
final class Handshakes implements AutoCloseable {
  /** Far above what both ends and the network take, loaded; a stranger holds his place so long. */
  static final int PATIENCE_SECONDS = 10;

  private final ScheduledThreadPoolExecutor thread;

  Handshakes() {
    thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("skep-bus-tls").daemon().factory());
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  ScheduledThreadPoolExecutor thread() {
    return thread;
  }

  /**
   * Runs {@code late} when the time of a handshake that begins now is over. To be cancelled with
   * the connection: it would keep the memory of those that came and went.
   */
  Future<?> whenLate(Runnable late) {
    return thread.schedule(late, PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
