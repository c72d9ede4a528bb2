package dev.skep.gateway.engine;

import dev.skep.engine.http.EngineReply;
import dev.skep.engine.http.EngineUnavailableException;
import io.vertx.core.MultiMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the host's engine says of itself in each answer's headers, as last heard: Skep's own answers
 * say the same.
 */
public final class EngineFacts {
  private record Heard(
      String server, String osType, String experimental, @Nullable String builderVersion) {}

  private static final Heard NOTHING = new Heard("Docker/unknown (linux)", "linux", "false", null);

  private final EngineProxy engine;
  private volatile Heard heard = NOTHING;

  public EngineFacts(EngineProxy engine) {
    this.engine = engine;
  }

  /**
   * Asks the engine. When it does not answer soon, what it said last stays: the swarm can be looked
   * at while the engine restarts.
   */
  public void refresh() {
    try {
      EngineReply reply = engine.ping().await();
      if (reply.succeeded()) {
        observe(reply.headers());
      }
    } catch (EngineUnavailableException e) {
      // A request that needs the engine for its answer will say what is wrong with it.
    }
  }

  private void observe(MultiMap headers) {
    Heard before = heard;
    heard =
        new Heard(
            or(headers.get("Server"), before.server()),
            or(headers.get("Ostype"), before.osType()),
            or(headers.get("Docker-Experimental"), before.experimental()),
            headers.get("Builder-Version"));
  }

  private static String or(@Nullable String said, String otherwise) {
    return said == null ? otherwise : said;
  }

  public String server() {
    return heard.server();
  }

  public String osType() {
    return heard.osType();
  }

  public String experimental() {
    return heard.experimental();
  }

  /** Which builder the CLI is to use, where the engine says so. */
  public Optional<String> builderVersion() {
    return Optional.ofNullable(heard.builderVersion());
  }
}
