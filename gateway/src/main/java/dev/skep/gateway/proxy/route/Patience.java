package dev.skep.gateway.proxy.route;

import dev.skep.engine.http.ApiUri;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How long an engine may take until the head of its answer is there. Only what looks something up
 * has a bound: whoever waits longer for that waits for ever. All else may take as long as the
 * engine's user made it take (a container's end, a build, a pull, a volume that is filled, a size
 * that is counted), and bodies have no bound at all: streams rest.
 */
public final class Patience {

  /**
   * For a look-up on behalf of a client. An engine that starts fifty containers on a slow disk was
   * seen to take more than ten seconds for a list.
   */
  static final Duration LOOK_UP = Duration.ofSeconds(60);

  /**
   * For a question whose answer Skep adds to its own, as in /info and /version: soon enough for
   * whoever wants to see why his engine hangs.
   */
  public static final Duration FACTS = Duration.ofSeconds(5);

  /** For a ping: every docker command begins with one, and Skep answers it without the engine. */
  public static final Duration PING = Duration.ofSeconds(1);

  /** For a list that Skep itself needs to answer, such as the names of networks. */
  public static final Duration LIST = Duration.ofSeconds(15);

  /** For a change that Skep itself asks for: networks are removed one after another. */
  public static final Duration CHANGE = Duration.ofMinutes(2);

  private static final Set<String> LOOK_UPS =
      Set.of("/containers/json", "/images/json", "/networks", "/volumes", "/plugins");

  private static final Pattern OF_ONE =
      Pattern.compile(
          "/(containers|exec|plugins|images)/.+/json|/images/.+/history|/containers/[^/]+/top"
              + "|/(networks|volumes)/[^/]+");

  private Patience() {}

  /**
   * The bound for a request that passes to an engine; empty where there is none.
   *
   * @param uri of the request
   */
  public static Optional<Duration> of(HttpMethod method, ApiUri uri) {
    boolean looks =
        method.equals(HttpMethod.GET)
            && (LOOK_UPS.contains(uri.path()) || OF_ONE.matcher(uri.path()).matches());
    // Counting what files take is slow by nature.
    boolean counts = uri.query().contains("size=");
    return looks && !counts ? Optional.of(LOOK_UP) : Optional.empty();
  }
}
