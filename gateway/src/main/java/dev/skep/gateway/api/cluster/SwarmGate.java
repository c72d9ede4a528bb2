package dev.skep.gateway.api.cluster;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.Store;
import dev.skep.store.membership.Membership;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.Membership.Place;
import dev.skep.store.membership.Membership.Worker;
import dev.skep.store.state.ClusterState;
import java.util.Optional;

/** The way to the cluster's state, which is open on a manager only. */
public final class SwarmGate {
  public static final String NO_SWARM =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
          + " connect this node to swarm and try again.";

  private static final String WORKER =
      "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster"
          + " state. Please run this command on a manager node or promote the current node to a"
          + " manager.";

  private static final String LOCKED =
      "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker swarm"
          + " unlock\" to unlock it.";

  private final Membership membership;

  public SwarmGate(Membership membership) {
    this.membership = membership;
  }

  public Membership membership() {
    return membership;
  }

  public Place place() {
    return membership.place();
  }

  /** This host as a manager. Throws {@link ApiError} when it is none. */
  public Manager manager() {
    return switch (place()) {
      case Manager manager -> manager;
      case Worker _ -> throw ApiError.unavailable(WORKER);
      case Outside outside ->
          throw ApiError.unavailable(outside.state().equals("locked") ? LOCKED : NO_SWARM);
    };
  }

  public Optional<Manager> asManager() {
    return place() instanceof Manager manager ? Optional.of(manager) : Optional.empty();
  }

  /**
   * The latest snapshot, on a manager, as clients are to see it: while the store takes no commits
   * nobody looks after the nodes, and what is known of them is old.
   */
  public ClusterState state() {
    Store store = manager().store();
    ClusterState state = store.state();
    return store.failure().map(failure -> Unattended.shown(state, failure)).orElse(state);
  }
}
