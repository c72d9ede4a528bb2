package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The host-mode ports of a task as the engine bound them. Several may lead to one port of the
 * container; each is reported once.
 */
final class BoundPorts {
  private BoundPorts() {}

  /** The asked-for ports that are bound, in their order, each with the port on the host. */
  static List<PortConfig> of(List<PortConfig> asked, List<ContainerDetails.Port> bound) {
    Set<ContainerDetails.Port> taken = new HashSet<>();
    for (PortConfig port : asked) {
      if (port.publishedPortOrZero() != 0) {
        taken.add(
            new ContainerDetails.Port(
                port.targetPortOrZero(), port.protocolOrTcp(), port.publishedPortOrZero()));
      }
    }
    List<PortConfig> reported = new ArrayList<>();
    for (PortConfig port : asked) {
      Optional<ContainerDetails.Port> found =
          bound.stream()
              .filter(p ->
                  p.target() == port.targetPortOrZero()
                      && p.protocol().equals(port.protocolOrTcp())
                      && (port.publishedPortOrZero() == 0
                          ? !taken.contains(p)
                          : p.published() == port.publishedPortOrZero()))
              .findFirst();
      found.ifPresent(p -> {
        taken.add(p);
        reported.add(port.withPublishedPort(p.published()));
      });
    }
    return reported;
  }
}
