package dev.skep.gateway.engine;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.UnaryOperator;

/**
 * Changes the JSON body of a successful answer on its way to the client.
 *
 * <p>Only answers with status 200 and JSON content are transformed; errors pass as they are. The
 * body is held in memory for it, so a transform must never be put on an endless stream such as
 * /events.
 */
@FunctionalInterface
public interface JsonTransform {

  /** Gives the new body for the engine's. */
  Buffer apply(Buffer json);

  /** For an answer that is one object, such as /info. */
  static JsonTransform ofObject(UnaryOperator<JsonObject> change) {
    return json -> change.apply(new JsonObject(json)).toBuffer();
  }

  /** For an answer that is a list, such as /containers/json. */
  static JsonTransform ofArray(UnaryOperator<JsonArray> change) {
    return json -> change.apply(new JsonArray(json)).toBuffer();
  }
}
