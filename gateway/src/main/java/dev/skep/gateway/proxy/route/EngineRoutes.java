package dev.skep.gateway.proxy.route;

import dev.skep.engine.http.ApiUri;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;

/**
 * The requests that are not for this host's engine, although Skep does not answer them itself:
 * those for another node's engine, and those that name a thing in words that the engine does not
 * know.
 */
public interface EngineRoutes {
  /** No request goes another way. */
  EngineRoutes NONE = (method, uri) -> Optional.empty();

  /**
   * The way of a request; empty for one that goes to this host's engine as it is, which is almost
   * every one. Asked for each request, on the thread that carries bytes: it must be quick, must not
   * block and must be safe to call from several threads. The future may take its time; it fails
   * with {@link Refused} when the request can go nowhere.
   */
  Optional<Future<EngineRoute>> find(HttpMethod method, ApiUri uri);

  /** Why a request can go nowhere, in words for the user. */
  final class Refused extends RuntimeException {
    private final int status;

    public Refused(int status, String message) {
      super(message, null, false, false);
      this.status = status;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** Never null, unlike an exception's message in general. */
    @Override
    public String getMessage() {
      return java.util.Objects.requireNonNull(super.getMessage());
    }
  }
}
