package dev.skep.engine;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * What an image brings to the containers made from it.
 *
 * @param stopSignal empty for the engine's default
 * @param healthcheck whether it has a health check of its own
 */
public record ImageDetails(String id, String stopSignal, boolean healthcheck) {
  static ImageDetails from(JsonObject json) {
    JsonObject config = json.getJsonObject("Config");
    if (config == null) {
      return new ImageDetails(json.getString("Id"), "", false);
    }
    JsonObject healthcheck = config.getJsonObject("Healthcheck");
    JsonArray test = healthcheck == null ? null : healthcheck.getJsonArray("Test");
    return new ImageDetails(
        json.getString("Id"),
        config.getString("StopSignal", ""),
        test != null && !test.isEmpty() && !"NONE".equals(test.getString(0)));
  }
}
