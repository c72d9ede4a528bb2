package dev.skep.gateway.proxy.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** The body of an error in the Engine API's form. */
public final class ErrorBody {

  /**
   * Exactly so: the docker CLI compares the whole header and prints raw JSON when anything is
   * added.
   */
  public static final String CONTENT_TYPE = "application/json";

  public static Buffer of(String message) {
    return new JsonObject().put("message", message).toBuffer().appendString("\n");
  }

  private ErrorBody() {}
}
