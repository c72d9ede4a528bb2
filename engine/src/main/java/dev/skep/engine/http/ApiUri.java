package dev.skep.engine.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A request's target, taken apart: {@code /v1.41/containers/json?all=1} is version 1.41, path
 * {@code /containers/json} and query {@code all=1}.
 *
 * @param version the version that the client asked for; clients such as dockerode and Portainer ask
 *     for none
 * @param path the path without the version, still percent-encoded
 * @param query what follows the question mark, still percent-encoded; empty when there is none
 */
public record ApiUri(Optional<ApiVersion> version, String path, String query) {

  private static final Pattern VERSIONED = Pattern.compile("/v([0-9.]+)(/.*)");

  /** Takes a request's target apart. What the engine takes for a version is one. */
  public static ApiUri parse(String uri) {
    var mark = uri.indexOf('?');
    var path = mark < 0 ? uri : uri.substring(0, mark);
    var query = mark < 0 ? "" : uri.substring(mark + 1);
    var m = VERSIONED.matcher(path);
    return m.matches()
        ? new ApiUri(Optional.of(ApiVersion.lenient(m.group(1))), m.group(2), query)
        : new ApiUri(Optional.empty(), path, query);
  }

  /** The same target in a version that the engine serves; one without a version stays without. */
  public ApiUri within(ApiVersion.Range served) {
    return new ApiUri(version.map(served::nearest), path, query);
  }

  /** The same target with another query, already percent-encoded; empty for none. */
  public ApiUri withQuery(String query) {
    return new ApiUri(version, path, query);
  }

  @Override
  public String toString() {
    return version.map(v -> "/v" + v).orElse("") + path + (query.isEmpty() ? "" : "?" + query);
  }
}
