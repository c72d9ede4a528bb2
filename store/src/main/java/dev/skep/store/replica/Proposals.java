package dev.skep.store.replica;

import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The proposals that wait to be applied here. The store bounds them. Any thread may call. */
final class Proposals {
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();

  /**
   * @param transaction as it was read back from what is stored, so that every member applies the
   *     same
   */
  record Pending(Transaction transaction, Promise<Commit> promise) {}

  Proposal add(Transaction readBack) {
    Promise<Commit> promise = Promise.promise();
    long id = ids.incrementAndGet();
    pending.put(id, new Pending(readBack, promise));
    return new Proposal(id, promise.future());
  }

  /** Takes it out: it is being applied. Absent when it was given up before. */
  @Nullable Pending take(long id) {
    return pending.remove(id);
  }

  /** Fails it, unless it was applied meanwhile. */
  void fail(long id, Throwable cause) {
    Pending forgotten = pending.remove(id);
    if (forgotten != null) {
      forgotten.promise().fail(cause);
    }
  }

  void failAll(Throwable cause) {
    pending.keySet().forEach(id -> fail(id, cause));
  }
}
