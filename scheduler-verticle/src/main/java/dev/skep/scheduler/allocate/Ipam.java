package dev.skep.scheduler.allocate;

import dev.skep.store.state.ClusterState;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The management of addresses in one leader's term: which networks get theirs from the manager, and
 * where the giving of each network's addresses goes on. What was given back rests as long as there
 * are others, since nodes may know of its last holder for a while.
 *
 * <p>Where it goes on is not stored: that would be a write of the network with every address. A new
 * term begins anywhere, so that it hardly meets what was given back last. Who holds what is in the
 * store alone. Not thread-safe.
 */
public final class Ipam {
  private final NetworkDrivers drivers;
  private final RandomGenerator random;
  private Map<String, Cursor> cursors = Map.of();

  /**
   * Where to look next, in numbers of an {@link AddressRange}.
   *
   * @param shared for tasks and nodes
   * @param virtual for services
   */
  record Cursor(int shared, int virtual) {
    static final Cursor ANYWHERE = new Cursor(AddressRange.ANYWHERE, AddressRange.ANYWHERE);
  }

  /**
   * @param random says where a term begins
   */
  public Ipam(NetworkDrivers drivers, RandomGenerator random) {
    this.drivers = drivers;
    this.random = random;
  }

  public NetworkDrivers drivers() {
    return drivers;
  }

  /** Who has which addresses in the snapshot. */
  public AddressLedger ledger(ClusterState state) {
    return AddressLedger.of(state, this);
  }

  /** What the ledger gave is given: the next ledger goes on after it. */
  public void committed(AddressLedger ledger) {
    cursors = Map.copyOf(ledger.cursors());
  }

  Cursor cursor(String networkId) {
    return cursors.getOrDefault(networkId, Cursor.ANYWHERE);
  }

  RandomGenerator random() {
    return random;
  }
}
