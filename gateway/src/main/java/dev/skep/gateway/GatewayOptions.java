package dev.skep.gateway;

import dev.skep.engine.http.ApiEndpoint;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway shows itself.
 *
 * @param listen where clients connect; several places serve the same
 * @param nodeName the name under which this host is a node; absent for the engine's host name
 * @param directory for the gateway's own socket, for this user only; what an earlier daemon left
 *     there is removed
 * @param version of Skep, for {@code docker version}
 * @param heapBytes how large the heap may grow, of which requests get a part
 */
public record GatewayOptions(
    List<ApiEndpoint> listen,
    @Nullable String nodeName,
    Path directory,
    String version,
    long heapBytes) {
  public GatewayOptions {
    listen = List.copyOf(listen);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("the gateway needs at least one place to listen");
    }
  }
}
