package dev.skep.store.membership;

import dev.skep.store.Store;
import dev.skep.store.bus.Bus;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.json.Unsigned;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This host's place in a swarm. Operations fail with {@link MembershipException}, in the Engine
 * API's words.
 */
public interface Membership {
  /** The present place. */
  Place place();

  /** Calls {@code listener} with the present place and then with each change. */
  void onChange(Consumer<Place> listener);

  /**
   * Founds a swarm with this host as its manager. Returns the node's id once the gateway can serve
   * it.
   */
  Future<String> init(InitRequest request);

  /** Joins the swarm of a manager; done once this node has a session with its leader. */
  Future<Void> join(JoinRequest request);

  /**
   * Leaves: removes this node's own containers and networks, and forgets the swarm.
   *
   * @param force also when this ends the swarm
   */
  Future<Void> leave(boolean force);

  sealed interface Place {
    /** The API's word: inactive, pending, active or error. */
    String state();
  }

  /**
   * @param error why the node could not come back into its swarm; absent when it is in none
   */
  record Outside(String state, @Nullable String error) implements Place {
    public static final Outside INACTIVE = new Outside("inactive", null);
  }

  /** A manager that this node knows; {@code address} is host:port of its control port. */
  record RemoteManager(String nodeId, String address) {}

  /**
   * @param silence asks why no leader has this node in session; empty while one has
   */
  record Worker(
      String nodeId,
      String address,
      List<RemoteManager> managers,
      Supplier<Optional<String>> silence)
      implements Place {
    public Worker {
      managers = List.copyOf(managers);
    }

    @Override
    public String state() {
      return "active";
    }
  }

  record Manager(String nodeId, String address, List<RemoteManager> managers, Store store, Bus bus)
      implements Place {
    public Manager {
      managers = List.copyOf(managers);
    }

    @Override
    public String state() {
      return "active";
    }
  }

  /** Body of POST /swarm/init, with the API's names. */
  record InitRequest(
      @Nullable String listenAddr,
      @Nullable String advertiseAddr,
      @Nullable String dataPathAddr,
      @Unsigned @Nullable Integer dataPathPort,
      @Nullable List<String> defaultAddrPool,
      @Unsigned @Nullable Integer subnetSize,
      @Nullable Boolean forceNewCluster,
      @Nullable ClusterSpec spec,
      @Nullable Boolean autoLockManagers,
      @Nullable String availability) {
    public InitRequest {
      availability = lower(availability);
    }
  }

  /** Body of POST /swarm/join, with the API's names. */
  record JoinRequest(
      @Nullable String listenAddr,
      @Nullable String advertiseAddr,
      @Nullable String dataPathAddr,
      @Nullable List<String> remoteAddrs,
      @Nullable String joinToken,
      @Nullable String availability) {
    public JoinRequest {
      availability = lower(availability);
    }
  }

  /** The engine takes the word whatever its case. */
  private static @Nullable String lower(@Nullable String word) {
    return word == null ? null : word.toLowerCase(Locale.ROOT);
  }
}
