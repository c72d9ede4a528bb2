package dev.skep.gateway.network;

import dev.skep.engine.http.EngineReply;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The host's engine's networks, without those that agents made there to stand for the swarm's:
 * users know these by their swarm's name.
 */
public final class EngineNetworks {
  private final EngineProxy engine;

  public EngineNetworks(EngineProxy engine) {
    this.engine = engine;
  }

  /** Names of the engine's own networks. */
  public Set<String> names() {
    return all("").stream().map(n -> n.getString("Name", "")).collect(Collectors.toSet());
  }

  /**
   * The networks that the engine lists.
   *
   * @param filters in JSON, as a client sent them
   */
  List<JsonObject> all(String filters) {
    return list(filters).stream().filter(network -> !ofSwarm(network)).toList();
  }

  /** The containers that this node's stand-in for a swarm's network holds; absent without one. */
  @Nullable JsonObject containers(Network network, String nodeId) {
    String filters =
        "{\"label\":[\"%s=%s\",\"%s=%s\"]}"
            .formatted(Network.ENGINE_LABEL, network.id(), Node.ENGINE_LABEL, nodeId);
    for (JsonObject found : list(filters)) {
      EngineReply reply = engine.call(HttpMethod.GET, "/networks/" + found.getString("Id")).await();
      if (reply.succeeded()) {
        return reply.part(reply.object(), "Containers");
      }
    }
    return null;
  }

  private List<JsonObject> list(String filters) {
    String query =
        filters.isEmpty() ? "" : "?filters=" + URLEncoder.encode(filters, StandardCharsets.UTF_8);
    EngineReply reply = engine.call(HttpMethod.GET, "/networks" + query).await();
    if (!reply.succeeded()) {
      throw new ApiError(reply.status(), reply.refusal());
    }
    return reply.objects();
  }

  private static boolean ofSwarm(JsonObject network) {
    return network.getValue("Labels") instanceof JsonObject labels
        && labels.containsKey(Network.ENGINE_LABEL);
  }
}
