package dev.skep.gateway.anywhere;

import dev.skep.gateway.proxy.ApiUri;
import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request about one container, or about one command that was executed in it.
 *
 * @param kind {@code containers} or {@code exec}
 * @param term what the client calls it, decoded
 * @param rest of the path, with its slash; empty when there is none
 */
record ContainerUri(String kind, String term, String rest) {
  static final String CONTAINERS = "containers";
  static final String EXEC = "exec";

  static Optional<ContainerUri> parse(HttpMethod method, String path) {
    String kind =
        path.startsWith("/containers/") ? CONTAINERS : path.startsWith("/exec/") ? EXEC : "";
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    int start = kind.length() + 2;
    int slash = path.indexOf('/', start);
    String term = slash < 0 ? path.substring(start) : path.substring(start, slash);
    // What has one part only is a list or a creation, unless it is removed.
    if (term.isEmpty() || (slash < 0 && !method.equals(HttpMethod.DELETE))) {
      return Optional.empty();
    }
    return Optional.of(
        new ContainerUri(kind, decoded(term), slash < 0 ? "" : path.substring(slash)));
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }

  boolean ofExec() {
    return kind.equals(EXEC);
  }

  boolean inspects(HttpMethod method) {
    return !ofExec() && method.equals(HttpMethod.GET) && rest.equals("/json");
  }

  boolean createsExec(HttpMethod method) {
    return !ofExec() && method.equals(HttpMethod.POST) && rest.equals("/exec");
  }

  /** The same request, by the container's own id. */
  ApiUri of(ApiUri asked, String containerId) {
    return new ApiUri(asked.version(), "/" + kind + "/" + containerId + rest, asked.query());
  }
}
