package dev.skep.gateway.proxy.route;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.ApiVersion;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Another way for a request than to this host's engine as it is.
 *
 * @param engine who answers it
 * @param uri what to ask for
 * @param answer makes of the body of a successful answer, which must be short, the one that the
 *     client gets; absent for answers that pass as they are
 */
public record EngineRoute(Engine engine, ApiUri uri, Optional<UnaryOperator<Buffer>> answer) {

  /** An engine of the swarm. */
  public sealed interface Engine {}

  /** This host's own. */
  public record Local() implements Engine {}

  /**
   * Another node's.
   *
   * @param at where a way to it begins
   * @param preamble what to send there before the request
   * @param served the API versions that it serves
   */
  public record Remote(ApiEndpoint.Tcp at, Buffer preamble, ApiVersion.Range served)
      implements Engine {}
}
