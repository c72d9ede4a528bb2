package dev.skep.gateway.api.body;

import dev.skep.gateway.api.error.ApiError;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of all clients' requests lie in memory at once. A request that finds no room waits
 * its turn, first come, first served, for a bounded time. Safe for all threads.
 */
public final class MemoryBudget {
  /** Clients that may wait at once; each is a connection and a few objects. */
  static final int WAITING_MAX = 1_024;

  /** Several slow bodies may come to their end meanwhile. */
  static final long WAIT_SECONDS = 60;

  private static final int MEBIBYTE = 1024 * 1024;

  /**
   * What one byte of a request may come to while it is worked on: as text of two bytes a character,
   * as objects, as a transaction, and sealed.
   */
  private static final int COPIES = 8;

  /** The part of the heap that requests and their copies may fill: an eighth. */
  private static final int SHARE = 8;

  private final long bytes;
  private final long waitMillis;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long free;

  private record Waiting(long bytes, Promise<Void> turn) {}

  /**
   * @param bytes in all
   * @param waitMillis for how long a client waits
   */
  public MemoryBudget(long bytes, long waitMillis) {
    this.bytes = bytes;
    this.free = bytes;
    this.waitMillis = waitMillis;
  }

  /**
   * The budget that fits a heap.
   *
   * @param largest bytes of the largest request, for which there is always room
   */
  public static MemoryBudget of(long heapBytes, long largest) {
    return new MemoryBudget(
        Math.max(largest, heapBytes / SHARE / COPIES), TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
  }

  /**
   * Takes room for a request; waits while there is none. {@link #give} it back. Call it on a
   * virtual thread of Vert.x.
   *
   * @throws ApiError when there was none for too long
   */
  public void take(long wanted) {
    if (wanted > bytes) {
      throw ApiError.badRequest("http: request body too large");
    }
    Waiting next = new Waiting(wanted, Promise.promise());
    synchronized (this) {
      if (waiting.size() >= WAITING_MAX) {
        throw full();
      }
      waiting.addLast(next);
    }
    serve();
    try {
      next.turn().future().await(waitMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      if (withdraw(next)) {
        // Smaller ones behind it may fit.
        serve();
        throw full();
      }
    }
  }

  /** Whether it still waited. */
  private synchronized boolean withdraw(Waiting one) {
    return waiting.remove(one);
  }

  /** Gives back what {@link #take} took. */
  public void give(long taken) {
    synchronized (this) {
      free += taken;
    }
    serve();
  }

  private void serve() {
    for (Waiting next = first(); next != null; next = first()) {
      next.turn().complete();
    }
  }

  /** The first that waits, if there is room for it; it has it then. */
  private synchronized @Nullable Waiting first() {
    Waiting next = waiting.peekFirst();
    if (next == null || next.bytes() > free) {
      return null;
    }
    free -= next.bytes();
    return waiting.removeFirst();
  }

  /** How many wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** How many bytes are left. */
  public synchronized long free() {
    return free;
  }

  private ApiError full() {
    return ApiError.unavailable(
        "the request was not read: the requests under way fill the %d MiB of memory that this host has for them, and none ended within %d s; try again, or give the daemon a larger max-heap"
            .formatted(bytes / MEBIBYTE, TimeUnit.MILLISECONDS.toSeconds(waitMillis)));
  }
}
