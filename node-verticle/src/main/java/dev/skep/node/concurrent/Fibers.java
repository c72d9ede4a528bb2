package dev.skep.node.concurrent;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;

/** Starts tasks on the context of a verticle that runs on virtual threads, and lets them wait. */
public final class Fibers {
  private final Vertx vertx;
  private final Context context;
  private final Set<Timer> timers = new HashSet<>();
  private final Promise<Void> idle = Promise.promise();
  private int active;
  private boolean closed;

  /** Must be called on the context. */
  public Fibers(Vertx vertx) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
  }

  /** Runs {@code task} soon. Its outcome is the future's. */
  public <T> Future<T> start(Callable<T> task) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(now -> {
      try {
        promise.complete(task.call());
      } catch (Exception e) {
        promise.fail(e);
      }
    });
    return promise.future();
  }

  /**
   * Runs {@code task} soon; from any thread. An exception of it goes to the context's handler, but
   * not after {@link #close}: then it only ends the task.
   */
  public void run(Runnable task) {
    context.runOnContext(now -> {
      active++;
      try {
        task.run();
      } catch (Exception e) { // await throws InterruptedException without saying so
        if (!closed) {
          throw e;
        }
      } finally {
        ended();
      }
    });
  }

  /** Runs what blocks a thread (files) elsewhere. */
  public Future<Void> blocking(Runnable task) {
    return vertx
        .executeBlocking(
            () -> {
              task.run();
              return true;
            },
            false)
        .mapEmpty();
  }

  /** Waits that long. Throws CancellationException when the fibers are closed meanwhile. */
  public void pause(Duration time) {
    await(Promise.<Void>promise().future(), time);
  }

  /**
   * Waits until the future is done, well or not, but no longer than that. Throws
   * CancellationException when the fibers are closed meanwhile.
   */
  public void await(Future<?> future, Duration atMost) {
    checkOpen();
    Timer timer = vertx.timer(Math.max(1, atMost.toMillis()));
    timers.add(timer);
    try {
      Future.any(future.otherwiseEmpty(), timer.otherwiseEmpty()).await();
    } finally {
      timers.remove(timer);
      timer.cancel();
    }
    checkOpen();
  }

  /**
   * Waits for the signal, but no longer than that. Throws CancellationException when the fibers are
   * closed meanwhile.
   */
  public void await(Signal signal, Duration atMost) {
    Promise<Void> fired = signal.expect();
    try {
      await(fired.future(), atMost);
    } finally {
      signal.forget(fired);
    }
  }

  /** Waits for the signal or until the future is done, but no longer than that. */
  public void await(Future<?> future, Signal signal, Duration atMost) {
    Promise<Void> fired = signal.expect();
    try {
      await(Future.any(future.otherwiseEmpty(), fired.future()), atMost);
    } finally {
      signal.forget(fired);
    }
  }

  /** Ends all waits for time. Completes when the last task has ended. */
  public Future<Void> close() {
    closed = true;
    Set.copyOf(timers).forEach(Timer::cancel);
    if (active == 0) {
      idle.tryComplete();
    }
    return idle.future();
  }

  private void ended() {
    active--;
    if (closed && active == 0) {
      idle.tryComplete();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new CancellationException("the agent is stopped");
    }
  }
}
