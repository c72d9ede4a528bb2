package dev.skep.gateway.proxy.route;

import dev.skep.engine.http.ApiEndpoint;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Where a request goes.
 *
 * @param to who answers it
 * @param preamble what to send there before the request; mostly empty
 * @param uri the target to ask for
 * @param apiVersion hears of the {@code Api-Version} header of the answer, if it has one
 * @param patience how long the head of the answer may take; absent where it may take any time
 * @param answer changes the body of a successful answer, if given
 * @param by who answers it
 */
public record UpstreamRoute(
    ApiEndpoint to,
    Buffer preamble,
    String uri,
    Consumer<String> apiVersion,
    Optional<Duration> patience,
    Optional<UnaryOperator<Buffer>> answer,
    By by) {

  /** What answers a request; they differ in what the end of a client's output means to them. */
  public enum By {
    /** An engine: it hears of each end. */
    ENGINE,
    /** Skep's own routes: they answer what was asked, whether the client sends more or not. */
    ROUTES,
    /** Skep's own routes, without an end: as with the engine, the answer ends with the client. */
    ENDLESS_ROUTES
  }

  /** Whether Skep's own routes answer. */
  public boolean isOurs() {
    return by != By.ENGINE;
  }

  /** To Skep's own routes. */
  public static UpstreamRoute toRoutes(ApiEndpoint to, String uri, boolean endless) {
    return new UpstreamRoute(
        to,
        Buffer.buffer(),
        uri,
        newest -> {},
        Optional.empty(),
        Optional.empty(),
        endless ? By.ENDLESS_ROUTES : By.ROUTES);
  }
}
