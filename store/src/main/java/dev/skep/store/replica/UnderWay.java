package dev.skep.store.replica;

import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Limits;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Totals;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * What transactions add that have passed the limits and are not applied yet: writers that come at
 * once must not pass the same gap together. Between its commit and its answer a transaction counts
 * twice, so the last of several at once may be refused a moment too soon, never too late. Safe for
 * all threads.
 */
final class UnderWay {
  private final Limits limits;
  private final Supplier<ClusterState> state;
  private Totals sum = Totals.NONE;

  UnderWay(Limits limits, Supplier<ClusterState> state) {
    this.limits = limits;
    this.state = state;
  }

  /**
   * Counts a transaction until its future is over.
   *
   * @throws StoreException when it would go beyond a limit
   */
  <T> Future<T> commit(Transaction transaction, Supplier<Future<T>> commit) {
    Totals growth = admit(transaction);
    Future<T> future;
    try {
      future = commit.get();
    } catch (RuntimeException e) {
      over(growth);
      throw e;
    }
    return growth.equals(Totals.NONE) ? future : future.onComplete(result -> over(growth));
  }

  private synchronized Totals admit(Transaction transaction) {
    Totals growth = limits.check(state.get(), sum, transaction);
    sum = sum.and(growth);
    return growth;
  }

  private synchronized void over(Totals growth) {
    sum = sum.without(growth);
  }
}
