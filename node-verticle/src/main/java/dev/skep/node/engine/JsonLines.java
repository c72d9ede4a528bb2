package dev.skep.node.engine;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import org.jspecify.annotations.Nullable;

/** A response that is one JSON object a line, and may never end. */
final class JsonLines {
  /** An event or a progress line is a few hundred bytes; labels can make it longer. */
  private static final int MAX_LINE_BYTES = 1 << 20;

  private final HttpClientResponse response;

  JsonLines(HttpClientResponse response) {
    this.response = response;
  }

  /**
   * Starts reading. {@code end} is called once, with the cause when the stream broke rather than
   * ended.
   */
  void read(Handler<JsonObject> line, Handler<@Nullable Throwable> end) {
    boolean[] ended = {false};
    Handler<@Nullable Throwable> once =
        cause -> {
          if (!ended[0]) {
            ended[0] = true;
            end.handle(cause);
          }
        };
    RecordParser parser =
        RecordParser.newDelimited("\n")
            .maxRecordSize(MAX_LINE_BYTES)
            .handler(bytes -> {
              if (!bytes.toString().isBlank()) {
                line.handle(bytes.toJsonObject());
              }
            });
    parser.exceptionHandler(cause -> {
      cancel();
      once.handle(cause);
    });
    response.exceptionHandler(cause -> once.handle(cause));
    response.endHandler(done -> once.handle(null));
    response.handler(chunk -> {
      try {
        parser.handle(chunk);
      } catch (RuntimeException e) {
        cancel();
        once.handle(e);
      }
    });
    response.resume();
  }

  /** Ends the request; the engine stops sending. */
  void cancel() {
    response.request().reset();
  }
}
