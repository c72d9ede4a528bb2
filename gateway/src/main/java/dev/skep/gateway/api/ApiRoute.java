package dev.skep.gateway.api;

import dev.skep.engine.http.ApiUri;
import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A kind of request and who answers it.
 *
 * @param pattern the path's parts; those in braces stand for any text, under that name, and one
 *     that ends in {@code +} for any parts, as the engine has it where a name may have slashes
 * @param readsBody whether the body is read before the endpoint is asked
 * @param managersOnly whether only a manager answers it, so that others need not read its body
 * @param endless for which targets the answer goes on until the client leaves
 */
public record ApiRoute(
    HttpMethod method,
    List<String> pattern,
    boolean readsBody,
    boolean managersOnly,
    Endpoint endpoint,
    Predicate<ApiUri> endless) {
  public ApiRoute {
    pattern = List.copyOf(pattern);
  }

  public static ApiRoute get(String path, Endpoint endpoint) {
    return new ApiRoute(HttpMethod.GET, parts(path), false, false, endpoint, uri -> false);
  }

  public static ApiRoute head(String path, Endpoint endpoint) {
    return new ApiRoute(HttpMethod.HEAD, parts(path), false, false, endpoint, uri -> false);
  }

  public static ApiRoute delete(String path, Endpoint endpoint) {
    return new ApiRoute(HttpMethod.DELETE, parts(path), false, false, endpoint, uri -> false);
  }

  /** A POST whose body the endpoint reads. */
  public static ApiRoute post(String path, Endpoint endpoint) {
    return new ApiRoute(HttpMethod.POST, parts(path), true, false, endpoint, uri -> false);
  }

  /** As {@link #post}, refused without a look at the body where this host is no manager. */
  public static ApiRoute managersPost(String path, Endpoint endpoint) {
    return new ApiRoute(HttpMethod.POST, parts(path), true, true, endpoint, uri -> false);
  }

  /** The same, with answers that go on until the client leaves. */
  public ApiRoute endless(Predicate<ApiUri> when) {
    return new ApiRoute(method, pattern, readsBody, managersOnly, endpoint, when);
  }

  /** The path's parts: {@code /services/{id}} has two. */
  static List<String> parts(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  /** The named parts of a path that has this route's form; empty for any other path. */
  Optional<Map<String, String>> match(HttpMethod method, List<String> path) {
    int more = path.size() - pattern.size();
    if (!this.method.equals(method) || more < 0) {
      return Optional.empty();
    }
    Map<String, String> named = new HashMap<>();
    int at = 0;
    for (String want : pattern) {
      int next = want.endsWith("+}") ? at + more + 1 : at + 1;
      String part = String.join("/", path.subList(at, next));
      if (want.startsWith("{")) {
        if (part.isEmpty()) {
          return Optional.empty();
        }
        named.put(want.replaceAll("[{+}]", ""), decoded(part));
      } else if (!want.equals(part)) {
        return Optional.empty();
      }
      at = next;
    }
    return at == path.size() ? Optional.of(named) : Optional.empty();
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }
}
