package dev.skep.gateway.network;

import dev.skep.engine.http.EngineRequest;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.Membership.Worker;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Network.NetworkSpec;
import dev.skep.store.model.Version;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** GET /networks, POST /networks/create and /networks/prune, and what is below /networks/{id}. */
public final class NetworkEndpoints {
  private static final String WORKER =
      "Cannot create a multi-host network from a worker node. Please create the network from a"
          + " manager node.";

  /** The API version from which on no name may be taken, whether asked for or not. */
  private static final int ALWAYS_ALONE = 44;

  private final SwarmGate gate;
  private final Commits commits;
  private final EngineProxy engine;
  private final EngineNetworks locals;
  private final NetworkFinder finder;
  private final NetworkPrune prune;
  private final InstantSource clock;
  private final RandomGenerator random;

  public NetworkEndpoints(
      SwarmGate gate,
      Commits commits,
      EngineProxy engine,
      EngineNetworks locals,
      NetworkFinder finder,
      InstantSource clock,
      RandomGenerator random) {
    this.gate = gate;
    this.commits = commits;
    this.engine = engine;
    this.locals = locals;
    this.finder = finder;
    this.prune = new NetworkPrune(gate, commits, engine, clock);
    this.clock = clock;
    this.random = random;
  }

  public Reply list(Call call) {
    JsonArray all = new JsonArray();
    var local = locals.all(call.query("filters"));
    gate.asManager()
        .ifPresent(manager ->
            manager.store().state().networks().stream()
                .filter(new NetworkFilter(Filters.parse(call.query("filters"))))
                .sorted(Comparator.comparing(Network::id))
                .forEach(network -> all.add(NetworkView.of(network, null))));
    local.forEach(all::add);
    return Reply.ok(all);
  }

  public Reply inspect(Call call) {
    // What it would add, the tasks on every node, is not shown; a word that says nothing is
    // refused.
    var _ = call.trueOrFalse("verbose");
    Optional<Network> found = finder.find(call.path("id"), call.query("scope"));
    if (found.isEmpty()) {
      return passOn(call);
    }
    Network network = found.get();
    String nodeId = gate.asManager().map(Manager::nodeId).orElse("");
    return Reply.ok(
        NetworkView.of(network, network.predefined() ? null : locals.containers(network, nodeId)));
  }

  public Reply create(Call call) {
    AskedNetwork asked = call.json(AskedNetwork.class);
    gate.asManager()
        .ifPresent(manager -> requireFreeName(asked.nameOrEmpty(), manager.store().state()));
    if (!asked.ofSwarm()) {
      return passOn(call);
    }
    requireManager();
    NetworkSpec spec = NetworkRules.accepted(asked);
    boolean alone = Boolean.TRUE.equals(asked.checkDuplicate()) || call.speaks(ALWAYS_ALONE);
    if (alone && locals.names().contains(spec.name())) {
      throw nameTaken(spec.name());
    }
    String id = Ids.next(random);
    commits.commit(state -> {
      requireFreeName(spec.name(), state);
      NetworkRules.checkPlace(spec, state);
      Instant now = clock.instant();
      return Transaction.at(now)
          .unchanged(Kind.NETWORK, state)
          .create(new Network(id, Version.NONE, now, now, spec, null, null))
          .build();
    });
    return Reply.created(new JsonObject().put("Id", id).put("Warning", ""));
  }

  private void requireManager() {
    switch (gate.place()) {
      case Manager _ -> {}
      case Worker _ -> throw ApiError.forbidden(WORKER);
      case Outside _ -> throw ApiError.internal(SwarmGate.NO_SWARM);
    }
  }

  /** The names of predefined networks are the engine's to refuse. */
  private static void requireFreeName(String name, ClusterState state) {
    state
        .named(Kind.NETWORK, name)
        .map(Network.class::cast)
        .filter(network -> !network.predefined())
        .ifPresent(network -> {
          throw nameTaken(name);
        });
  }

  private static ApiError nameTaken(String name) {
    return ApiError.conflict("network with name " + name + " already exists");
  }

  public Reply remove(Call call) {
    Optional<Network> found = finder.find(call.path("id"), "");
    if (found.isEmpty() || found.get().predefined()) {
      return passOn(call);
    }
    String id = found.get().id();
    commits.commit(state -> {
      Network network =
          state.network(id).orElseThrow(() -> ApiError.notFound(Kind.NETWORK, call.path("id")));
      NetworkRules.requireUnused(network, state);
      return Transaction.at(clock.instant()).unchanged(Kind.SERVICE, state).delete(network).build();
    });
    return Reply.gone();
  }

  public Reply prune(Call call) {
    return prune.answer(call);
  }

  /**
   * POST /networks/{id}/connect and …/disconnect: the swarm's networks take tasks only, for now.
   */
  public Reply attach(Call call) {
    finder
        .find(call.path("id"), "")
        .ifPresent(network -> {
          throw NotAttachable.refusal(network);
        });
    return passOn(call);
  }

  private Reply passOn(Call call) {
    EngineRequest ask = EngineRequest.of(call.request());
    engine.forward(call.request(), ask.withBody(call.body()));
    return Reply.elsewhere();
  }
}
