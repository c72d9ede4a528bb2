package dev.skep.gateway.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * An answer of the engine, whole.
 *
 * @param status the HTTP status, errors included
 * @param headers the headers
 * @param body the body, empty when there was none
 */
public record EngineReply(int status, MultiMap headers, Buffer body) {

  /** Whether the status is one of the two hundreds. */
  public boolean succeeded() {
    return status >= 200 && status < 300;
  }

  /** The body as one object. */
  public JsonObject object() {
    return new JsonObject(body);
  }

  /** The body as a list. */
  public JsonArray array() {
    return new JsonArray(body);
  }
}
