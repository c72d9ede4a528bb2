package dev.skep.gateway.service;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.state.ClusterState;
import java.util.List;

/** Published ports that nodes cannot listen on, or that were not given, in words. */
public final class PortErrors {
  private PortErrors() {}

  /** One sentence per port and node; empty when all is well. */
  public static List<String> of(Service service, ClusterState state) {
    return service.portErrors().stream().map(error -> sentence(error, state)).toList();
  }

  private static String sentence(PortError error, ClusterState state) {
    if (error.nodeId().isEmpty()) {
      return "a port is not published: " + error.error();
    }
    String node = state.node(error.nodeId()).map(n -> n.name()).orElse(error.nodeId());
    return "port %d/%s is not published on node %s: %s"
        .formatted(error.port(), error.protocol(), node, error.error());
  }
}
