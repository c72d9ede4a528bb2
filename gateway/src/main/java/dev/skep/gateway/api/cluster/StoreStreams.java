package dev.skep.gateway.api.cluster;

import dev.skep.store.Store;
import dev.skep.store.membership.StoreFollower;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open answers that live off a store: when this host leaves the store's swarm nothing more will
 * come from there, so they end. Any thread may call.
 */
public final class StoreStreams {
  private final SwarmGate gate;
  private final StoreFollower<Leaving> follower =
      new StoreFollower<>(manager -> new Leaving(manager.store()));

  /** How to end each, with the store that it reads. */
  private final Map<Runnable, Store> open = new ConcurrentHashMap<>();

  public StoreStreams(SwarmGate gate) {
    this.gate = gate;
    gate.membership().onChange(follower::move);
  }

  /** Looks out for the end of one store; what is in it is for the answers themselves. */
  private final class Leaving implements StoreFollower.Following {
    private final Store store;

    Leaving(Store store) {
      this.store = store;
    }

    @Override
    public void commit(Commit commit) {
      // Each answer follows the store by itself.
    }

    @Override
    public void reset(ClusterState state) {
      // Each answer follows the store by itself.
    }

    @Override
    public void left() {
      open.forEach((end, read) -> {
        if (read.equals(store)) {
          end.run();
        }
      });
    }
  }

  /**
   * An answer begins.
   *
   * @param end ends it, from any thread; called at once when the swarm is left already
   */
  public void add(Store store, Runnable end) {
    open.put(end, store);
    if (gate.asManager().filter(now -> now.store().equals(store)).isEmpty()) {
      end.run();
    }
  }

  /** Follows no store any more. */
  public void close() {
    follower.close();
  }

  /** An answer has ended by itself. */
  public void remove(Runnable end) {
    open.remove(end);
  }
}
