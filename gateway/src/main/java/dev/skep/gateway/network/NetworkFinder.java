package dev.skep.gateway.network;

import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.state.ClusterState;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** Tells which network a user means, the swarm's or the engine's. */
public final class NetworkFinder {
  private final SwarmGate gate;
  private final EngineNetworks engine;

  public NetworkFinder(SwarmGate gate, EngineNetworks engine) {
    this.gate = gate;
    this.engine = engine;
  }

  /**
   * The swarm's network by that name or id. Empty when it is the engine's, or there is none: the
   * engine says so then. Throws {@link ApiError} when it may be several.
   *
   * @param scope swarm, local, or empty for both
   */
  Optional<Network> find(String term, String scope) {
    Optional<Manager> manager = gate.asManager();
    if (manager.isEmpty() || scope.equals("local")) {
      return Optional.empty();
    }
    ClusterState state = manager.get().store().state();
    if (scope.equals("swarm")) {
      return Optional.of(Lookup.network(state, term));
    }
    Optional<Network> byId = state.network(term);
    return byId.isPresent() ? byId : findEverywhere(term, state);
  }

  private Optional<Network> findEverywhere(String term, ClusterState state) {
    List<Network> swarms = state.networks().stream().filter(n -> !n.predefined()).toList();
    List<Network> named = swarms.stream().filter(n -> n.name().equals(term)).toList();
    List<Network> begun = swarms.stream().filter(n -> n.id().startsWith(term)).toList();
    if (named.isEmpty() && begun.isEmpty()) {
      return Optional.empty();
    }
    List<JsonObject> locals = engine.all("");
    if (locals.stream().anyMatch(n -> n.getString("Id", "").equals(term))) {
      return Optional.empty();
    }
    long localNamed = locals.stream().filter(n -> n.getString("Name", "").equals(term)).count();
    if (named.size() + localNamed > 0) {
      return one(term, named, localNamed, "name");
    }
    long localBegun = locals.stream().filter(n -> n.getString("Id", "").startsWith(term)).count();
    return one(term, begun, localBegun, "ID prefix");
  }

  private static Optional<Network> one(
      String term, List<Network> found, long locals, String basis) {
    long matches = found.size() + locals;
    if (matches > 1) {
      throw ApiError.badRequest(
          "network %s is ambiguous (%d matches found based on %s)".formatted(term, matches, basis));
    }
    return found.stream().findFirst();
  }

  /** The swarm's network of that name or id, when it is one that users made. */
  public Optional<Network> ofSwarm(String nameOrId) {
    return gate.asManager()
        .map(manager -> manager.store().state())
        .flatMap(state ->
            state
                .network(nameOrId)
                .or(() -> state.named(Kind.NETWORK, nameOrId).map(Network.class::cast)))
        .filter(network -> !network.predefined());
  }
}
