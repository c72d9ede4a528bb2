package dev.skep.engine.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values as parts of a target of the Engine API, percent-encoded. */
public final class UriText {
  private UriText() {}

  /** A value for a query, or one part of a path. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** An image's name as a path: it keeps its slashes and colons. */
  public static String encodePath(String reference) {
    return encode(reference).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
  }

  /** The value of {@code filters=}: for each name the wanted values. */
  public static String filters(Map<String, List<String>> filters) {
    JsonObject json = new JsonObject();
    new TreeMap<>(filters).forEach((key, values) -> json.put(key, new JsonArray(values)));
    return encode(json.encode());
  }
}
