package dev.skep.testkit;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for a condition or a result, with a bound; never for a time to pass. */
public final class Await {
  /** Far above what anything takes on a busy machine; who waits this long waits in vain. */
  public static final Duration BOUND = Duration.ofSeconds(30);

  private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Await() {}

  /** What a test waits for; may throw what the look at it throws. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * The future's result within {@link #BOUND}. Throws what the future failed with, itself, checked
   * or not, as Vert.x's own {@code await()} does.
   */
  public static <T extends @Nullable Object> T result(Future<T> future) {
    return result(future, BOUND);
  }

  /** The future's result within the bound; see {@link #result(Future)}. */
  public static <T extends @Nullable Object> T result(Future<T> future, Duration bound) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(bound.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw Await.<RuntimeException>unwrapped(e);
    } catch (TimeoutException e) {
      throw new AssertionError("no result within " + bound.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a result", e);
    }
  }

  /** Throws the cause whatever it is: the compiler takes it for what the caller says. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X unwrapped(ExecutionException e) throws X {
    throw (X) (e.getCause() == null ? e : e.getCause());
  }

  /** What the future fails with, within {@link #BOUND}; fails when it succeeds. */
  public static Throwable failure(Future<?> future) {
    try {
      Object result =
          future
              .toCompletionStage()
              .toCompletableFuture()
              .get(BOUND.toNanos(), TimeUnit.NANOSECONDS);
      throw new AssertionError("should have failed, but gave " + result);
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("neither result nor failure within " + BOUND.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a failure", e);
    }
  }

  /** Waits until the condition holds, for {@link #BOUND} at most; {@code what} ends "in vain". */
  public static void until(String what, Condition condition) {
    until(what, BOUND, condition);
  }

  /** Waits until the condition holds, for the bound at most. */
  public static void until(String what, Duration bound, Condition condition) {
    until(what, bound, condition::holds, Boolean::booleanValue);
  }

  /**
   * Looks until what it sees is as wanted, and returns that. Fails after the bound with what was
   * seen last.
   */
  public static <T extends @Nullable Object> T until(
      String what, Duration bound, Callable<T> look, Predicate<T> asWanted) {
    long end = System.nanoTime() + bound.toNanos();
    T seen = seen(what, look);
    while (!asWanted.test(seen)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "%s: not so within %d s; seen last: %s".formatted(what, bound.toSeconds(), seen));
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new AssertionError(what + ": interrupted while waiting");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
      seen = seen(what, look);
    }
    return seen;
  }

  private static <T extends @Nullable Object> T seen(String what, Callable<T> look) {
    try {
      return look.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(what + ": could not look", e);
    }
  }
}
