package dev.skep.gateway.api.cluster;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Reads, decides and commits; decides again on a newer snapshot when a race was lost. */
public final class Commits {
  /** How long the engine, too, waits for the swarm to answer. */
  private static final long TIMEOUT_SECONDS = 20;

  /** Races in a row that one request may lose; each one means that another request won. */
  private static final int ATTEMPTS = 20;

  private final SwarmGate gate;

  public Commits(SwarmGate gate) {
    this.gate = gate;
  }

  /**
   * Commits what {@code decide} makes of the latest snapshot. It may be asked several times and
   * throws {@link ApiError} to refuse; so each race ends either in a commit or in the refusal that
   * fits the state that won.
   */
  public Commit commit(Function<ClusterState, Transaction> decide) {
    Store store = gate.manager().store();
    StoreException lost = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Transaction transaction = decide.apply(store.state());
      try {
        return store.commit(transaction).await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (StoreException e) {
        lost =
            switch (e.refusal()) {
              case Refusal.NotLeader refusal -> throw ApiError.unknown(refusal.message());
              case Refusal.LimitReached refusal ->
                  throw ApiError.failedPrecondition(refusal.message());
              case Refusal.TooLarge refusal -> throw ApiError.invalidArgument(refusal.message());
              case Refusal.EntryTooLarge refusal ->
                  throw ApiError.invalidArgument(refusal.message());
              case Refusal.OutOfSequence _,
                  Refusal.NameConflict _,
                  Refusal.IdTaken _,
                  Refusal.NotFound _,
                  Refusal.Overtaken _,
                  Refusal.StaleTerm _,
                  Refusal.Compacted _ ->
                  e;
            };
      } catch (StoreFailure e) {
        throw ApiError.internal(String.valueOf(e.getMessage()));
      } catch (TimeoutException e) {
        throw ApiError.deadlineExceeded();
      }
    }
    throw ApiError.unknown(lost == null ? "no attempt" : lost.refusal().message());
  }
}
