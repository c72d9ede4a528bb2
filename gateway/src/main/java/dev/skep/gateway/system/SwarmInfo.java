package dev.skep.gateway.system;

import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.cluster.Unattended;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.Membership.Worker;
import dev.skep.store.model.json.Json;
import dev.skep.store.state.ClusterState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** The part of /info that says what place this host has in a swarm. */
final class SwarmInfo {
  private final SwarmGate gate;

  SwarmInfo(SwarmGate gate) {
    this.gate = gate;
  }

  JsonObject now() {
    return switch (gate.place()) {
      case Outside(String state, String error) ->
          base("", "", state, false, error == null ? "" : error).put("RemoteManagers", null);
      case Worker worker ->
          base(
                  worker.nodeId(),
                  worker.address(),
                  worker.state(),
                  false,
                  worker.silence().get().orElse(""))
              .put("RemoteManagers", remotes(worker.managers()));
      case Manager manager -> ofManager(manager);
    };
  }

  private static JsonObject ofManager(Manager manager) {
    ClusterState state = manager.store().state();
    JsonObject info =
        base(manager.nodeId(), manager.address(), manager.state(), true, error(manager))
            .put("RemoteManagers", remotes(manager.managers()))
            .put("Nodes", state.nodes().size())
            .put(
                "Managers",
                state.nodes().stream().filter(node -> node.managerStatus() != null).count());
    state
        .cluster()
        .ifPresent(
            cluster -> info.put("Cluster", new JsonObject(Json.api(cluster.withJoinTokens(null)))));
    return info;
  }

  private static String error(Manager manager) {
    return manager.store().failure().map(Unattended::why).orElse("");
  }

  /** What is wrong with the swarm, as seen from here. */
  List<String> warnings() {
    Optional<String> trouble =
        switch (gate.place()) {
          case Outside _ -> Optional.empty();
          case Worker worker -> worker.silence().get();
          case Manager manager -> manager.store().failure().map(Unattended::why);
        };
    return trouble.stream().map(why -> "WARNING: " + why).toList();
  }

  private static JsonObject base(
      String nodeId, String address, String state, boolean control, String error) {
    return new JsonObject()
        .put("NodeID", nodeId)
        .put("NodeAddr", address)
        .put("LocalNodeState", state)
        .put("ControlAvailable", control)
        .put("Error", error);
  }

  private static JsonArray remotes(List<RemoteManager> managers) {
    JsonArray array = new JsonArray();
    managers.forEach(
        m -> array.add(new JsonObject().put("NodeID", m.nodeId()).put("Addr", m.address())));
    return array;
  }
}
