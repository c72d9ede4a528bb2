package dev.skep.gateway.remote;

import dev.skep.engine.http.ApiUri;
import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request about one container, or about one command that was executed in it.
 *
 * @param kind {@code containers}, {@code exec}, or {@code commit}, which names its container in the
 *     query
 * @param term what the client calls it, decoded
 * @param rest of the path, with its slash; empty when there is none
 */
record ContainerUri(String kind, String term, String rest) {
  static final String CONTAINERS = "containers";
  static final String EXEC = "exec";
  static final String COMMIT = "commit";

  private static final Pattern CONTAINER = Pattern.compile("(^|&)container=([^&]*)");

  static Optional<ContainerUri> parse(HttpMethod method, ApiUri uri) {
    String path = uri.path();
    if (path.equals("/" + COMMIT)) {
      Matcher named = CONTAINER.matcher(uri.query());
      return method.equals(HttpMethod.POST) && named.find() && !named.group(2).isEmpty()
          ? Optional.of(new ContainerUri(COMMIT, decoded(named.group(2)), ""))
          : Optional.empty();
    }
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

  /** Whether it makes an image of the container, on the container's own host. */
  boolean commits() {
    return kind.equals(COMMIT);
  }

  boolean inspects(HttpMethod method) {
    return kind.equals(CONTAINERS) && method.equals(HttpMethod.GET) && rest.equals("/json");
  }

  boolean createsExec(HttpMethod method) {
    return kind.equals(CONTAINERS) && method.equals(HttpMethod.POST) && rest.equals("/exec");
  }

  /** The same request, by the container's own id. */
  ApiUri of(ApiUri asked, String containerId) {
    return commits()
        ? asked.withQuery(
            CONTAINER.matcher(asked.query()).replaceFirst("$1container=" + containerId))
        : new ApiUri(asked.version(), "/" + kind + "/" + containerId + rest, asked.query());
  }
}
