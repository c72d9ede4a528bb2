package dev.skep.gateway.api;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the route of a request. Immutable; any thread may ask. */
public final class RouteTable {
  private final Map<String, List<ApiRoute>> byFirstPart;

  public RouteTable(List<ApiRoute> routes) {
    byFirstPart = routes.stream().collect(Collectors.groupingBy(r -> r.pattern().getFirst()));
  }

  /**
   * @param named the parts of the path that the pattern names
   */
  public record Match(ApiRoute route, Map<String, String> named) {
    public Match {
      named = Map.copyOf(named);
    }
  }

  /**
   * The route that a request takes.
   *
   * @param path without the version prefix, percent-encoded
   */
  public Optional<Match> find(HttpMethod method, String path) {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    List<String> parts = ApiRoute.parts(path);
    for (ApiRoute route : byFirstPart.getOrDefault(parts.getFirst(), List.of())) {
      Optional<Match> match = route.match(method, parts).map(named -> new Match(route, named));
      if (match.isPresent()) {
        return match;
      }
    }
    return Optional.empty();
  }
}
