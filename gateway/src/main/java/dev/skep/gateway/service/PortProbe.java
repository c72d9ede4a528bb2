package dev.skep.gateway.service;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.service.spec.PublishedPorts;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortsProbe;
import dev.skep.store.bus.message.IngressMessages.PortsProbed;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks every ready node, before a service is accepted, whether it can listen on its ports. */
final class PortProbe {
  /** A node that does not answer in time is skipped: it will report what it cannot bind. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private PortProbe() {}

  private record Answer(Node node, PortsProbed probed) {}

  /**
   * Throws {@link ApiError} when a node cannot listen on a port.
   *
   * @param before what the service published until now; those are listened on already
   */
  static void check(ServiceSpec spec, @Nullable ServiceSpec before, ClusterState state, Bus bus) {
    Set<Port> known = before == null ? Set.of() : Set.copyOf(ingressPorts(before));
    List<Port> fresh = ingressPorts(spec).stream().filter(port -> !known.contains(port)).toList();
    if (fresh.isEmpty()) {
      return;
    }
    List<Future<Answer>> answers = new ArrayList<>();
    state.nodes().stream()
        .filter(node -> node.status().state().equals(NodeStatus.READY))
        .sorted(Comparator.comparing(Node::name).thenComparing(Node::id))
        .forEach(node -> answers.add(ask(node, fresh, bus)));
    Future.join(answers).otherwiseEmpty().await();
    for (Future<Answer> answer : answers) {
      if (answer.succeeded() && !answer.result().probed().refused().isEmpty()) {
        throw refusal(answer.result().node(), answer.result().probed().refused().getFirst());
      }
    }
  }

  private static Future<Answer> ask(Node node, List<Port> ports, Bus bus) {
    return bus.request(
            Addresses.ports(node.id()), new PortsProbe(ports), PortsProbed.class, TIMEOUT)
        .map(probed -> new Answer(node, probed));
  }

  private static List<Port> ingressPorts(ServiceSpec spec) {
    return PublishedPorts.portsOf(spec).stream()
        .filter(port -> port.ingress() && port.publishedPortOrZero() != 0)
        .map(port -> new Port(port.publishedPortOrZero(), port.protocolOrTcp()))
        .collect(Collectors.toList());
  }

  private static ApiError refusal(Node node, RefusedPort refused) {
    return ApiError.badRequest(
        "port '%d' cannot be published on node %s (%s): %s; free it there or choose another port"
            .formatted(refused.port(), node.name(), node.status().addr(), refused.error()));
  }
}
