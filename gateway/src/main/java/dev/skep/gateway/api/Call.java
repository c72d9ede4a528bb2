package dev.skep.gateway.api;

import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.ApiVersion;
import dev.skep.gateway.api.body.JsonBody;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoNumbers;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request, read as the engine reads it. */
public final class Call {
  private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");

  /** A percent sign without its two digits, with what stands in their place. */
  private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})[^&]{0,2}");

  private final HttpServerRequest request;
  private final ApiUri uri;
  private final Map<String, String> named;
  private final MultiMap query;
  private final Buffer body;

  public Call(HttpServerRequest request, ApiUri uri, Map<String, String> named, Buffer body) {
    this.request = request;
    this.uri = uri;
    this.named = named;
    this.query = query(request, uri);
    this.body = body;
  }

  /** The parameters of a query that Go's parser takes. */
  private static MultiMap query(HttpServerRequest request, ApiUri uri) {
    if (uri.query().indexOf(';') >= 0) {
      throw ApiError.badRequest("invalid semicolon separator in query");
    }
    Matcher escape = BAD_ESCAPE.matcher(uri.query());
    if (escape.find()) {
      throw ApiError.badRequest("invalid URL escape \"" + escape.group() + "\"");
    }
    try {
      return request.params(true);
    } catch (IllegalArgumentException e) {
      throw ApiError.badRequest("invalid URL query: " + e.getMessage());
    }
  }

  public HttpServerRequest request() {
    return request;
  }

  /** The request's target, taken apart. */
  public ApiUri uri() {
    return uri;
  }

  /** A part of the path, by its name in the route's pattern. */
  public String path(String name) {
    String part = named.get(name);
    if (part == null) {
      throw new IllegalArgumentException("no {" + name + "} in the route of " + uri);
    }
    return part;
  }

  /** A query parameter; empty when absent. */
  public String query(String name) {
    String value = query.get(name);
    return value == null ? "" : value;
  }

  /** A query parameter that says yes or no, where the engine takes all but a few words for yes. */
  public boolean flag(String name) {
    return !FALSE.contains(query(name).strip().toLowerCase(Locale.ROOT));
  }

  /**
   * A query parameter that says yes or no, where the engine wants it said as Go does; no when
   * absent.
   */
  public boolean trueOrFalse(String name) {
    String given = query(name);
    try {
      return !given.isEmpty() && GoNumbers.parseBool(given);
    } catch (NumberFormatException e) {
      throw ApiError.badRequest("invalid value for " + name + ": " + given + ": " + e.getMessage());
    }
  }

  /** A header; empty when absent. */
  public String header(String name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }

  /** The body as it came; empty for routes that do not read it. */
  public Buffer body() {
    return body;
  }

  /** The body as an object of the model. */
  public <T> T json(Class<T> type) {
    return JsonBody.read(body, type);
  }

  /**
   * The version of the object that is to be updated, from {@code ?version=}.
   *
   * @param what the word for it in the error: service, node, swarm
   */
  public long objectVersion(String what) {
    String given = query("version");
    try {
      return GoNumbers.parseUint(given);
    } catch (NumberFormatException e) {
      throw ApiError.badRequest("invalid " + what + " version '" + given + "': " + e.getMessage());
    }
  }

  /** The filters, of which only the {@code accepted} ones are known. */
  public Filters filters(Set<String> accepted) {
    return Filters.parse(query("filters"), accepted);
  }

  /**
   * Whether the client speaks at least API version 1.{@code minor}; one that names none speaks any.
   */
  public boolean speaks(int minor) {
    return uri.version().map(v -> v.compareTo(new ApiVersion(1, minor)) >= 0).orElse(true);
  }
}
