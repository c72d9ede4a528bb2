package dev.skep.gateway.network;

import dev.skep.engine.http.EngineReply;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoTime;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.state.Transaction;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;

/** POST /networks/prune: removes the engine's unused networks and the swarm's. */
final class NetworkPrune {
  private final SwarmGate gate;
  private final Commits commits;
  private final EngineProxy engine;
  private final InstantSource clock;

  NetworkPrune(SwarmGate gate, Commits commits, EngineProxy engine, InstantSource clock) {
    this.gate = gate;
    this.commits = commits;
    this.engine = engine;
    this.clock = clock;
  }

  Reply answer(Call call) {
    Filters filters = Filters.parse(call.query("filters"));
    EngineReply pruned = pruneEngine(filters);
    JsonObject body = pruned.object();
    JsonArray all = pruned.list(body, "NetworksDeleted");
    if (gate.asManager().isPresent()) {
      pruneSwarm(filters).forEach(all::add);
    }
    return Reply.ok(body.put("NetworksDeleted", all.isEmpty() ? null : all));
  }

  /** The agents' networks are left alone: a task that is on its way may need them. */
  private EngineReply pruneEngine(Filters filters) {
    String json = filters.with("label!", Network.ENGINE_LABEL).json();
    EngineReply reply =
        engine
            .call(
                HttpMethod.POST,
                "/networks/prune?filters=" + URLEncoder.encode(json, StandardCharsets.UTF_8))
            .await();
    if (!reply.succeeded()) {
      throw new ApiError(reply.status(), reply.refusal());
    }
    return reply;
  }

  private List<String> pruneSwarm(Filters filters) {
    Instant now = clock.instant();
    return gate.state().networks().stream()
        .filter(network -> !network.predefined())
        .filter(network -> !Boolean.TRUE.equals(network.spec().ingress()))
        .filter(network ->
            filters.get("until").stream()
                .allMatch(until -> network.createdAt().isBefore(GoTime.parse("until", until, now))))
        .filter(network -> filters.labels("label", network.spec().labels()))
        .filter(
            network -> !filters.has("label!") || !filters.labels("label!", network.spec().labels()))
        .sorted(Comparator.comparing(Network::id))
        .filter(this::removed)
        .map(Network::name)
        .toList();
  }

  private boolean removed(Network network) {
    try {
      commits.commit(state -> {
        Network stored =
            state
                .network(network.id())
                .orElseThrow(() -> ApiError.notFound(Kind.NETWORK, network.id()));
        NetworkRules.requireUnused(stored, state);
        return Transaction.at(clock.instant())
            .unchanged(Kind.SERVICE, state)
            .delete(stored)
            .build();
      });
      return true;
    } catch (ApiError e) {
      if (e.status() >= ApiError.INTERNAL) {
        throw e;
      }
      return false; // in use, or gone already
    }
  }
}
