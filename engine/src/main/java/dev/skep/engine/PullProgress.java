package dev.skep.engine;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** How far the pull of an image is, told from the lines that the engine sends about its layers. */
public final class PullProgress {
  private static final double MEGABYTE = 1_000_000;

  private final Map<String, Layer> layers = new HashMap<>();

  /**
   * What is known of a layer.
   *
   * @param loaded bytes downloaded
   * @param size bytes to download; 0 while the registry has not said it
   * @param done whether it is unpacked, or was there before
   */
  private record Layer(long loaded, long size, boolean done) {
    static final Layer UNKNOWN = new Layer(0, 0, false);
  }

  /** Takes in one line of the engine's answer to a pull. */
  void take(JsonObject line) {
    String layer = line.getString("id");
    if (layer == null) {
      return;
    }
    Layer before = layers.getOrDefault(layer, Layer.UNKNOWN);
    switch (line.getString("status", "")) {
      case "Pulling fs layer", "Waiting" -> layers.put(layer, before);
      case "Downloading" -> {
        JsonObject detail = line.getJsonObject("progressDetail", new JsonObject());
        layers.put(
            layer,
            new Layer(
                detail.getLong("current", before.loaded),
                Math.max(detail.getLong("total", before.size), 0),
                false));
      }
      case "Download complete", "Extracting" ->
          layers.put(layer, new Layer(before.size, before.size, false));
      case "Pull complete", "Already exists" ->
          layers.put(layer, new Layer(before.size, before.size, true));
      default -> {}
    }
  }

  /** In words, such as {@code pulling image: 2 of 5 layers done, 12.4 of 40.1 MB downloaded}. */
  public String text() {
    if (layers.isEmpty()) {
      return "pulling image";
    }
    long done = layers.values().stream().filter(Layer::done).count();
    long loaded = layers.values().stream().mapToLong(Layer::loaded).sum();
    long size = layers.values().stream().mapToLong(Layer::size).sum();
    return String.format(
        Locale.ROOT,
        "pulling image: %d of %d layers done, %.1f of %.1f MB downloaded",
        done,
        layers.size(),
        loaded / MEGABYTE,
        size / MEGABYTE);
  }
}
