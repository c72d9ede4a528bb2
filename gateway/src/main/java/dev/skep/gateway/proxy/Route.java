package dev.skep.gateway.proxy;

import org.jspecify.annotations.Nullable;

/**
 * Where a request goes.
 *
 * @param to who answers it
 * @param uri the target to ask for
 * @param answered hears of the {@code Api-Version} header of the answer, null when it has none
 */
record Route(ApiEndpoint to, String uri, VersionListener answered) {

  /** Takes note of the API version that an answer names. */
  interface VersionListener {
    void observe(@Nullable String newest);
  }
}
