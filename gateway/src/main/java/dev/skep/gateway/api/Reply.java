package dev.skep.gateway.api;

import java.util.Map;

/** What an endpoint answers. */
public sealed interface Reply {
  /**
   * @param value a record of the model, a list of them, or a JSON tree; written as clients may see
   *     it
   */
  record Json(int status, Object value) implements Reply {}

  /**
   * @param headers beside those that every answer has
   */
  record Text(int status, String contentType, String text, Map<String, String> headers)
      implements Reply {
    public Text {
      headers = Map.copyOf(headers);
    }
  }

  /** No body at all. */
  record Empty(int status) implements Reply {}

  /** The endpoint answers by itself: a stream, or the engine's own answer. */
  record Elsewhere() implements Reply {}

  static Reply ok(Object value) {
    return new Json(200, value);
  }

  static Reply created(Object value) {
    return new Json(201, value);
  }

  /** Done, nothing to say, as most changes of the swarm answer. */
  static Reply done() {
    return new Empty(200);
  }

  /** Removed. */
  static Reply gone() {
    return new Empty(204);
  }

  static Reply elsewhere() {
    return new Elsewhere();
  }
}
