package dev.skep.engine.http;

import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import org.jspecify.annotations.Nullable;

/** A response that is one JSON object a line, and may never end. */
public final class JsonLines {
  /** An event or a progress line is a few hundred bytes; labels can make it longer. */
  private static final int MAX_LINE_BYTES = 1 << 20;

  private final OpenResponse response;

  public JsonLines(OpenResponse response) {
    this.response = response;
  }

  /**
   * Starts reading. {@code end} is called once, with the cause when the stream broke rather than
   * ended.
   */
  public void read(Handler<JsonObject> line, Handler<@Nullable Throwable> end) {
    RecordParser parser =
        RecordParser.newDelimited("\n")
            .maxRecordSize(MAX_LINE_BYTES)
            .handler(bytes -> {
              if (!bytes.toString().isBlank()) {
                line.handle(bytes.toJsonObject());
              }
            });
    response.read(parser, end);
  }

  /** Ends the request; the engine stops sending. */
  public void cancel() {
    response.cancel();
  }
}
