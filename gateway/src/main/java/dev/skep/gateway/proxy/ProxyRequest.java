package dev.skep.gateway.proxy;

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
 * @param uri path and query, with or without a version prefix; a version that the engine does not
 *     serve is replaced by the nearest that it does
 * @param headers the headers to send; those that concern one connection only are left out by the
 *     proxy
 * @param body the body to send; empty means the body of the client's request, streamed
 */
public record ProxyRequest(HttpMethod method, String uri, MultiMap headers, Optional<Buffer> body) {

  /** A request without headers and with an empty body. */
  public static ProxyRequest of(HttpMethod method, String uri) {
    return new ProxyRequest(
        method, uri, MultiMap.caseInsensitiveMultiMap(), Optional.of(Buffer.buffer()));
  }

  /** The client's own request, unchanged, its body to be streamed. */
  public static ProxyRequest of(HttpServerRequest request) {
    return new ProxyRequest(request.method(), request.uri(), request.headers(), Optional.empty());
  }

  /** The same with another target. */
  public ProxyRequest withUri(String uri) {
    return new ProxyRequest(method, uri, headers, body);
  }

  /** The same with this body in place of the client's. */
  public ProxyRequest withBody(Buffer body) {
    return new ProxyRequest(method, uri, headers, Optional.of(body));
  }
}
