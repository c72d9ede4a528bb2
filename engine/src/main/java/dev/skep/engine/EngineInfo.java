package dev.skep.engine;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an engine says of itself and its host ({@code GET /info}).
 *
 * @param os lower case, as in "linux"
 * @param architecture Go's name for it ("x86_64" becomes "amd64" only in swarm's descriptions; here
 *     it is the engine's word)
 * @param nanoCpus the host's processors, in billionths
 * @param labels the engine's own labels
 * @param plugins type and name, such as Volume/local
 */
public record EngineInfo(
    String hostname,
    String os,
    String architecture,
    long nanoCpus,
    long memoryBytes,
    String engineVersion,
    String defaultRuntime,
    Map<String, String> labels,
    List<Plugin> plugins,
    JsonArray genericResources) {
  /** A driver that the engine offers. */
  public record Plugin(String type, String name) {}

  public EngineInfo {
    labels = Map.copyOf(labels);
    plugins = List.copyOf(plugins);
  }

  /** The engine writes null for an empty list. */
  private static JsonArray array(JsonObject json, String key) {
    JsonArray array = json.getJsonArray(key);
    return array == null ? new JsonArray() : array;
  }

  static EngineInfo from(JsonObject json) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (Object label : array(json, "Labels")) {
      String text = String.valueOf(label);
      int eq = text.indexOf('=');
      labels.put(eq < 0 ? text : text.substring(0, eq), eq < 0 ? "" : text.substring(eq + 1));
    }
    List<Plugin> plugins = new ArrayList<>();
    for (Map.Entry<String, Object> type : json.getJsonObject("Plugins", new JsonObject())) {
      if (type.getValue() instanceof JsonArray names) {
        for (Object name : names) {
          plugins.add(new Plugin(type.getKey(), String.valueOf(name)));
        }
      }
    }
    return new EngineInfo(
        json.getString("Name", ""),
        json.getString("OSType", "linux"),
        json.getString("Architecture", ""),
        json.getLong("NCPU", 0L) * 1_000_000_000L,
        json.getLong("MemTotal", 0L),
        json.getString("ServerVersion", ""),
        json.getString("DefaultRuntime", ""),
        labels,
        plugins,
        array(json, "GenericResources"));
  }
}
