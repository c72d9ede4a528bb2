package dev.skep.gateway.api;

import dev.skep.engine.http.ApiVersion;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import java.util.regex.Pattern;

/**
 * Which API versions are offered and served.
 *
 * <p>Offered is the engine's own newest, as far as Skep knows it: a client then asks for nothing
 * that the engine lacks. Docker CLI 29.0 to 29.2 refuse any server below 1.44; they, and only they,
 * are offered that much, and their requests reach the engine in the nearest version that it serves.
 */
public final class ApiVersions {
  private static final ApiVersion FOR_DEMANDING_CLIENTS = new ApiVersion(1, 44);
  private static final ApiVersion LEAST_SERVED = new ApiVersion(1, 24);
  private static final Pattern DEMANDING = Pattern.compile("Docker-Client/29\\.[012](\\D.*)?");

  private final EngineProxy engine;

  public ApiVersions(EngineProxy engine) {
    this.engine = engine;
  }

  /** The version for {@code Api-Version}, which clients take as the server's newest. */
  public ApiVersion offered(String userAgent) {
    ApiVersion fits = fits();
    return DEMANDING.matcher(userAgent).matches() ? max(fits, FOR_DEMANDING_CLIENTS) : fits;
  }

  /** The newest version that a request may name. */
  public ApiVersion newest() {
    return max(fits(), FOR_DEMANDING_CLIENTS);
  }

  /** The oldest version that a request may name. */
  public ApiVersion oldest() {
    return engine.servedVersions().map(ApiVersion.Range::min).orElse(LEAST_SERVED);
  }

  /** Refuses a version that is not served. */
  public void check(ApiVersion asked) {
    if (asked.compareTo(oldest()) < 0) {
      throw ApiError.badRequest(
          "client version %s is too old. Minimum supported API version is %s, please upgrade your client to a newer version"
              .formatted(asked, oldest()));
    }
    if (asked.compareTo(newest()) > 0) {
      throw ApiError.badRequest(
          "client version %s is too new. Maximum supported API version is %s"
              .formatted(asked, newest()));
    }
  }

  private ApiVersion fits() {
    ApiVersion engines =
        engine.servedVersions().map(ApiVersion.Range::max).orElse(ApiVersion.OLDEST);
    return max(
        ApiVersion.OLDEST, engines.compareTo(ApiVersion.NEWEST) < 0 ? engines : ApiVersion.NEWEST);
  }

  private static ApiVersion max(ApiVersion a, ApiVersion b) {
    return a.compareTo(b) < 0 ? b : a;
  }
}
