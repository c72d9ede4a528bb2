package dev.skep.engine;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** One container of a list. The name comes without the engine's leading slash. */
public record ContainerSummary(
    String id, String name, Map<String, String> labels, ContainerPhase phase) {
  public ContainerSummary {
    labels = Map.copyOf(labels);
  }

  static ContainerSummary from(JsonObject json) {
    JsonArray names = json.getJsonArray("Names", new JsonArray());
    return new ContainerSummary(
        json.getString("Id"),
        names.isEmpty() ? "" : names.getString(0).substring(1),
        texts(json.getJsonObject("Labels")),
        ContainerPhase.parse(json.getString("State")));
  }

  static Map<String, String> texts(@org.jspecify.annotations.Nullable JsonObject json) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (json != null) {
      json.forEach(e -> texts.put(e.getKey(), String.valueOf(e.getValue())));
    }
    return texts;
  }
}
