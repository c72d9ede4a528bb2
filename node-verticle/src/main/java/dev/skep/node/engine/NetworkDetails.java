package dev.skep.node.engine;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One of the engine's networks. A list does not fill {@code containerIds}; an inspection does. */
public record NetworkDetails(
    String id,
    String name,
    String driver,
    Map<String, String> labels,
    List<String> subnets,
    List<String> containerIds) {
  public NetworkDetails {
    labels = Map.copyOf(labels);
    subnets = List.copyOf(subnets);
    containerIds = List.copyOf(containerIds);
  }

  static NetworkDetails from(JsonObject json) {
    JsonObject ipam = json.getJsonObject("IPAM");
    JsonArray configs = ipam == null ? null : ipam.getJsonArray("Config");
    List<String> subnets = new ArrayList<>();
    if (configs != null) {
      for (Object config : configs) {
        subnets.add(((JsonObject) config).getString("Subnet", ""));
      }
    }
    JsonObject containers = json.getJsonObject("Containers");
    return new NetworkDetails(
        json.getString("Id"),
        json.getString("Name"),
        json.getString("Driver", ""),
        ContainerSummary.texts(json.getJsonObject("Labels")),
        subnets,
        containers == null ? List.of() : List.copyOf(containers.fieldNames()));
  }
}
