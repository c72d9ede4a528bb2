package dev.skep.engine;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One of the engine's networks. A list does not fill {@code containerIds}; an inspection does.
 *
 * @param internal whether nothing outside can be reached from it
 * @param gateway the host's IPv4 address on it, or empty; engines do not tell that of a network
 *     whose subnet was given without it
 */
public record NetworkDetails(
    String id,
    String name,
    String driver,
    boolean internal,
    Map<String, String> labels,
    List<String> subnets,
    String gateway,
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
    String gateway = "";
    if (configs != null) {
      for (Object config : configs) {
        JsonObject pool = (JsonObject) config;
        subnets.add(pool.getString("Subnet", ""));
        String own = pool.getString("Gateway", "");
        if (gateway.isEmpty() && own.indexOf(':') < 0) {
          gateway = own;
        }
      }
    }
    JsonObject containers = json.getJsonObject("Containers");
    return new NetworkDetails(
        json.getString("Id"),
        json.getString("Name"),
        json.getString("Driver", ""),
        json.getBoolean("Internal", false),
        ContainerSummary.texts(json.getJsonObject("Labels")),
        subnets,
        gateway,
        containers == null ? List.of() : List.copyOf(containers.fieldNames()));
  }
}
