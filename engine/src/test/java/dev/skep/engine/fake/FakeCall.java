package dev.skep.engine.fake;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * A request, taken apart, and the ways to answer it.
 *
 * @param path without the version
 */
record FakeCall(HttpServerRequest request, String path, Buffer body) {
  HttpServerResponse response() {
    return request.response();
  }

  /** The parts of the path: {@code /containers/c1/json} has three. */
  String[] parts() {
    return path.substring(1).split("/");
  }

  /** One part; empty when there are fewer. */
  String part(int index) {
    String[] parts = parts();
    return index < parts.length ? parts[index] : "";
  }

  String query(String name, String otherwise) {
    return request.getParam(name, otherwise);
  }

  JsonObject filters() {
    return new JsonObject(query("filters", "{}"));
  }

  void json(int status, JsonObject answer) {
    response().setStatusCode(status).end(answer.encode() + "\n");
  }

  void done(int status) {
    response().setStatusCode(status).end();
  }

  void fail(int status, String message) {
    json(status, new JsonObject().put("message", message));
  }

  static List<String> values(JsonObject filters, String key) {
    return filters.getJsonArray(key, new JsonArray()).stream().map(String::valueOf).toList();
  }

  /** Whether labels have all that a filter names: {@code key} or {@code key=value}. */
  static boolean labelled(JsonObject filters, Map<String, ?> labels) {
    return values(filters, "label").stream()
        .allMatch(wanted -> {
          int eq = wanted.indexOf('=');
          return eq < 0
              ? labels.containsKey(wanted)
              : wanted.substring(eq + 1).equals(labels.get(wanted.substring(0, eq)));
        });
  }
}
