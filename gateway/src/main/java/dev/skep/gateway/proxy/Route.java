package dev.skep.gateway.proxy;

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
 */
record Route(
    ApiEndpoint to,
    Buffer preamble,
    String uri,
    Consumer<String> apiVersion,
    Optional<Duration> patience,
    Optional<UnaryOperator<Buffer>> answer) {

  /** To whoever listens there, with nothing before or after. */
  static Route to(ApiEndpoint to, String uri, Consumer<String> apiVersion) {
    return new Route(to, Buffer.buffer(), uri, apiVersion, Optional.empty(), Optional.empty());
  }
}
