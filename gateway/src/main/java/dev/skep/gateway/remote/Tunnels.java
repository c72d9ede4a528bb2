package dev.skep.gateway.remote;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiVersion;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.proxy.route.EngineRoute;
import dev.skep.gateway.proxy.route.EngineRoutes.Refused;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.TunnelMessages.OpenTunnel;
import dev.skep.store.bus.message.TunnelMessages.TunnelOpened;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/** The ways to the engines of other nodes. Each is good for one connection. */
final class Tunnels {
  /** For a node to ask its engine for its version, and the way. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Manager manager;

  Tunnels(Manager manager) {
    this.manager = manager;
  }

  /**
   * A way to a node's engine. Fails with {@link Refused} when there is none.
   *
   * @param what is wanted there, for the error
   */
  Future<EngineRoute.Engine> to(String nodeId, String what) {
    if (nodeId.equals(manager.nodeId())) {
      return Future.succeededFuture(new EngineRoute.Local());
    }
    Optional<Node> node = manager.store().state().node(nodeId);
    String name = node.map(n -> n.name() + " (" + nodeId + ")").orElse(nodeId);
    if (node.isEmpty() || node.get().status().state().equals(NodeStatus.DOWN)) {
      return refused(what, name, node.isEmpty() ? "it is no member any more" : "it is down");
    }
    return manager
        .bus()
        .request(
            Addresses.tunnel(nodeId),
            new OpenTunnel(manager.nodeId()),
            TunnelOpened.class,
            PATIENCE)
        .map(Tunnels::way)
        .recover(cause ->
            refused(
                what,
                name,
                cause instanceof BusFailure ? String.valueOf(cause.getMessage()) : "" + cause));
  }

  private static EngineRoute.Engine way(TunnelOpened opened) {
    ApiVersion max =
        ApiVersion.parse(opened.apiVersion())
            .orElseThrow(() ->
                new IllegalStateException(
                    "its engine names no API version: '" + opened.apiVersion() + "'"));
    ApiVersion min = ApiVersion.parse(opened.minApiVersion()).orElse(max);
    return new EngineRoute.Remote(
        new ApiEndpoint.Tcp(opened.host(), opened.port()),
        Buffer.buffer(opened.ticket().text() + "\n"),
        new ApiVersion.Range(min, max));
  }

  private static <T> Future<T> refused(String what, String node, String why) {
    return Future.failedFuture(
        new Refused(
            ApiError.UNAVAILABLE,
            "cannot reach %s on node %s: %s; look at \"docker node ls\", or use the node's own socket"
                .formatted(what, node, why)));
  }
}
