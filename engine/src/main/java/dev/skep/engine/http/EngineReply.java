package dev.skep.engine.http;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
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
  static final int FIRST_REFUSAL = 400;

  /** Of a refusal in plain text: a sentence or two were meant, not a page. */
  private static final int MAX_REFUSAL_CHARACTERS = 4_096;

  /** Reads an answer to its end, which must come before {@link HttpLimits#ANSWER_BYTES}. */
  public static Future<EngineReply> read(HttpClientResponse answer) {
    var request = answer.request();
    var what = EngineRequest.what(request.getMethod(), request.getURI());
    var read = Promise.<EngineReply>promise();
    var body = Buffer.buffer();
    answer.exceptionHandler(read::tryFail);
    answer.endHandler(end ->
        read.tryComplete(new EngineReply(what, answer.statusCode(), answer.headers(), body)));
    answer.handler(part -> {
      if (body.length() + part.length() <= HttpLimits.ANSWER_BYTES) {
        body.appendBuffer(part);
      } else if (read.tryFail(
          EngineUnavailableException.unusable(
              what, "it is longer than " + HttpLimits.ANSWER_BYTES + " bytes", null))) {
        request.reset();
      }
    });
    return read.future();
  }

  /** Whether the status is one of the two hundreds. */
  public boolean succeeded() {
    return status >= 200 && status < 300;
  }

  /** The same, unless the engine refused: then throws {@link EngineException}. */
  public EngineReply orRefusal() {
    if (status < FIRST_REFUSAL) {
      return this;
    }
    throw new EngineException(status, refusal());
  }

  /**
   * Makes something of it. What goes wrong with that is the engine's fault, and nobody knows then
   * what became of the call: throws {@link EngineUnavailableException}.
   */
  public <T> T read(Function<EngineReply, T> reader) {
    try {
      return reader.apply(this);
    } catch (EngineException | EngineUnavailableException e) {
      throw e;
    } catch (RuntimeException e) {
      throw EngineUnavailableException.unusable(what, "it cannot be read: " + e, e);
    }
  }

  /** The body as one object. Throws {@link EngineUnavailableException} when it is none. */
  public JsonObject object() {
    if (decoded() instanceof JsonObject object) {
      return object;
    }
    throw unusable("one object");
  }

  /** As {@link #object}, of one that says which it is. */
  public JsonObject identified() {
    JsonObject object = object();
    if (object.getValue("Id") instanceof String) {
      return object;
    }
    throw unusable("an object with an Id");
  }

  /** The id of what was made. */
  public String id() {
    return identified().getString("Id");
  }

  /** The body as a list of objects. Throws {@link EngineUnavailableException} when it is none. */
  public List<JsonObject> objects() {
    if (decoded() instanceof JsonArray array
        && array.stream().allMatch(JsonObject.class::isInstance)) {
      return array.stream().map(JsonObject.class::cast).toList();
    }
    throw unusable("a list of objects");
  }

  /**
   * Why the engine refused, in its own words where it has some: very old engines say plain text.
   */
  public String refusal() {
    try {
      if (Json.decodeValue(body) instanceof JsonObject object
          && object.getValue("message") instanceof String message) {
        return message;
      }
    } catch (DecodeException e) {
      String type = headers.get("Content-Type");
      String text = body.toString().strip();
      if (type != null && type.startsWith("text/plain") && !text.isEmpty()) {
        return text.length() <= MAX_REFUSAL_CHARACTERS
            ? text
            : text.substring(0, MAX_REFUSAL_CHARACTERS) + " …";
      }
      // Else an error page, perhaps: the status says enough.
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
      throw EngineUnavailableException.unusable(what, "its body is no JSON", e);
    }
  }

  private EngineUnavailableException unusable(String wanted) {
    return EngineUnavailableException.unusable(what, "its body is not " + wanted, null);
  }
}
