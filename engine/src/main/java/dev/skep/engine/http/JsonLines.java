package dev.skep.engine.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;

/** An answer that is one JSON object a line, and may never end. */
public final class JsonLines {
  private final EngineStream answer;

  public JsonLines(EngineStream answer) {
    this.answer = answer;
  }

  /**
   * Starts reading.
   *
   * @return done at the end; failed when the stream broke, or a line was no JSON object
   */
  public Future<Void> read(Handler<JsonObject> line) {
    return answer.readLines(bytes -> {
      if (!bytes.toString().isBlank()) {
        line.handle(bytes.toJsonObject());
      }
    });
  }

  /** Ends the request; the engine stops sending. */
  public void close() {
    answer.close();
  }
}
