package dev.skep.gateway.api.cluster;

import dev.skep.store.Store;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Place;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open answers that live off a store: when this host leaves the store's swarm nothing more will
 * come from there, so they end. Any thread may call.
 */
public final class StoreStreams {
  private final SwarmGate gate;

  /** How to end each, with the store that it reads. */
  private final Map<Runnable, Store> open = new ConcurrentHashMap<>();

  public StoreStreams(SwarmGate gate) {
    this.gate = gate;
    gate.membership().onChange(this::move);
  }

  private void move(Place place) {
    open.forEach((end, store) -> {
      if (!(place instanceof Manager manager) || !manager.store().equals(store)) {
        end.run();
      }
    });
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

  /** An answer has ended by itself. */
  public void remove(Runnable end) {
    open.remove(end);
  }
}
