package dev.skep.gateway.api;

import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A kind of request and who answers it.
 *
 * @param pattern the path's parts; those in braces stand for any text, under that name
 * @param readsBody whether the body is read before the endpoint is asked
 */
public record Route(HttpMethod method, List<String> pattern, boolean readsBody, Endpoint endpoint) {
  public Route {
    pattern = List.copyOf(pattern);
  }

  public static Route get(String path, Endpoint endpoint) {
    return new Route(HttpMethod.GET, parts(path), false, endpoint);
  }

  public static Route head(String path, Endpoint endpoint) {
    return new Route(HttpMethod.HEAD, parts(path), false, endpoint);
  }

  public static Route delete(String path, Endpoint endpoint) {
    return new Route(HttpMethod.DELETE, parts(path), false, endpoint);
  }

  /** A POST whose body the endpoint reads. */
  public static Route post(String path, Endpoint endpoint) {
    return new Route(HttpMethod.POST, parts(path), true, endpoint);
  }

  /** The path's parts: {@code /services/{id}} has two. */
  static List<String> parts(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  /** The named parts of a path that has this route's form; empty for any other path. */
  Optional<Map<String, String>> match(HttpMethod method, List<String> path) {
    if (!this.method.equals(method) || path.size() != pattern.size()) {
      return Optional.empty();
    }
    Map<String, String> named = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      String want = pattern.get(i);
      if (want.startsWith("{")) {
        if (path.get(i).isEmpty()) {
          return Optional.empty();
        }
        named.put(want.substring(1, want.length() - 1), decoded(path.get(i)));
      } else if (!want.equals(path.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(named);
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }
}
