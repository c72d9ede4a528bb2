package dev.skep.engine;

import io.vertx.core.json.JsonObject;
import java.util.Map;

/**
 * Something that happened in the engine.
 *
 * @param action such as "die" or "health_status: healthy"
 * @param actorId of the container, network, ...
 * @param attributes the actor's labels and the action's own data ("exitCode", "signal")
 * @param timeNano nanoseconds since the epoch
 */
public record EngineEvent(
    String type, String action, String actorId, Map<String, String> attributes, long timeNano) {
  public EngineEvent {
    attributes = Map.copyOf(attributes);
  }

  static EngineEvent from(JsonObject json) {
    JsonObject actor = json.getJsonObject("Actor", new JsonObject());
    return new EngineEvent(
        json.getString("Type", ""),
        json.getString("Action", ""),
        actor.getString("ID", ""),
        ContainerSummary.texts(actor.getJsonObject("Attributes")),
        json.getLong("timeNano", 0L));
  }
}
