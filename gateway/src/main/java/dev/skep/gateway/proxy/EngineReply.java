package dev.skep.gateway.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the engine, whole.
 *
 * @param what it answers, such as "GET /info"
 * @param status the HTTP status, errors included
 * @param headers the headers
 * @param body the body, empty when there was none
 */
public record EngineReply(String what, int status, MultiMap headers, Buffer body) {

  /** Whether the status is one of the two hundreds. */
  public boolean succeeded() {
    return status >= 200 && status < 300;
  }

  /** The body as one object. Throws {@link EngineFailedException} when it is none. */
  public JsonObject object() {
    if (decoded() instanceof JsonObject object) {
      return object;
    }
    throw unusable("one object");
  }

  /** The body as a list of objects. Throws {@link EngineFailedException} when it is none. */
  public List<JsonObject> objects() {
    if (decoded() instanceof JsonArray array
        && array.stream().allMatch(JsonObject.class::isInstance)) {
      return array.stream().map(JsonObject.class::cast).toList();
    }
    throw unusable("a list of objects");
  }

  /** Why the engine refused, in its own words where it has some. */
  public String refusal() {
    try {
      if (Json.decodeValue(body) instanceof JsonObject object
          && object.getValue("message") instanceof String message) {
        return message;
      }
    } catch (DecodeException e) {
      // An error page, perhaps: the status says enough.
    }
    return "the engine answered %s with status %d and no message".formatted(what, status);
  }

  /** A part of an object of this answer that is itself an object; absent when it is null. */
  public @Nullable JsonObject part(JsonObject of, String key) {
    return switch (of.getValue(key)) {
      case null -> null;
      case JsonObject object -> object;
      default -> throw unusable("an object as " + key);
    };
  }

  /** A part of an object of this answer that is a list; empty when it is null. */
  public JsonArray list(JsonObject of, String key) {
    return switch (of.getValue(key)) {
      case null -> new JsonArray();
      case JsonArray array -> array;
      default -> throw unusable("a list as " + key);
    };
  }

  private @Nullable Object decoded() {
    try {
      return Json.decodeValue(body);
    } catch (DecodeException e) {
      throw EngineFailedException.unusable(what, "its body is no JSON", e);
    }
  }

  private EngineFailedException unusable(String wanted) {
    return EngineFailedException.unusable(what, "its body is not " + wanted, null);
  }
}
