package dev.skep.engine.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * What to ask the engine. Start from {@link #of} and change what must differ from what the client
 * sent.
 *
 * @param method the method
 * @param uri path and query, with or without a version prefix
 * @param headers the headers to send; those that concern one connection only are left out
 * @param body the body to send; empty means the body of the client's request, streamed
 */
public record EngineRequest(
    HttpMethod method, String uri, MultiMap headers, Optional<Buffer> body) {

  /** A request without headers and with an empty body. */
  public static EngineRequest of(HttpMethod method, String uri) {
    return new EngineRequest(
        method, uri, MultiMap.caseInsensitiveMultiMap(), Optional.of(Buffer.buffer()));
  }

  /** The client's own request, unchanged, its body to be streamed. */
  public static EngineRequest of(HttpServerRequest request) {
    return new EngineRequest(request.method(), request.uri(), request.headers(), Optional.empty());
  }

  /** The same with one more header. */
  public EngineRequest withHeader(String name, String value) {
    return new EngineRequest(
        method, uri, MultiMap.caseInsensitiveMultiMap().addAll(headers).set(name, value), body);
  }

  /** What it asks, for errors: method and path, such as "GET /info". */
  public String what() {
    return what(method, uri);
  }

  static String what(HttpMethod method, String uri) {
    return method + " " + ApiUri.parse(uri).path();
  }

  /** The same with another target. */
  public EngineRequest withUri(String uri) {
    return new EngineRequest(method, uri, headers, body);
  }

  /** The same with this body in place of the client's. */
  public EngineRequest withBody(Buffer body) {
    return new EngineRequest(method, uri, headers, Optional.of(body));
  }
}
