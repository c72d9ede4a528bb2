package dev.skep.scheduler.allocate;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.Endpoint;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gives a service its endpoint: the ports as asked for, and a free one where none is named. */
public final class Endpoints {
  /** The first and last port that are given out. */
  static final int FIRST_PORT = 30_000;

  static final int LAST_PORT = 32_767;

  private Endpoints() {}

  /**
   * @param service the service with its endpoint; the same object when it had it already
   * @param chose whether ports were chosen, which others must not have taken since
   * @param waits whether there was no port for it; there may be when another service gives one back
   */
  public record Allocation(Service service, boolean chose, boolean waits) {
    /** The published ports, in words. */
    public String describe() {
      List<String> ports = new ArrayList<>();
      Endpoint endpoint = service.endpoint();
      for (PortConfig port : endpoint == null ? List.<PortConfig>of() : endpoint.ports()) {
        ports.add(port.publishedPortOrZero() + "/" + port.protocolOrTcp());
      }
      return ports.isEmpty() ? "no ports published" : "published " + String.join(", ", ports);
    }
  }

  /**
   * The service with the endpoint that its spec asks for. Ports that were chosen before stay, and
   * its virtual addresses. When none is free, the port stays 0, nothing is published there, and the
   * service's port errors say so.
   *
   * @param changed the newest version of a service, changes of this pass included
   */
  public static Allocation allocate(
      Service service, ClusterState state, Function<String, Optional<Service>> changed) {
    EndpointSpec said = service.spec().endpointSpec();
    EndpointSpec asked = said == null || said.ports().isEmpty() ? EndpointSpec.NONE : said;
    Endpoint has = service.endpoint();
    if (has != null && asked.equals(has.spec()) && complete(has)) {
      return new Allocation(service, false, false);
    }
    boolean choose = asked.ports().stream().anyMatch(Endpoints::unpublished);
    List<PortConfig> ports =
        choose ? published(asked, has, taken(service, asked, state, changed)) : asked.ports();
    List<PortError> errors = new ArrayList<>();
    for (PortError error : service.portErrors()) {
      if (!error.nodeId().isEmpty() && ports.stream().anyMatch(port -> concerns(error, port))) {
        errors.add(error);
      }
    }
    // One says it for all: a service may have thousands.
    ports.stream()
        .filter(Endpoints::unpublished)
        .findFirst()
        .ifPresent(port -> errors.addFirst(noneFree(port)));
    Endpoint endpoint = new Endpoint(asked, ports, has == null ? List.of() : has.virtualIps());
    return new Allocation(
        service.with(s -> s.endpoint(endpoint).portErrors(errors)), choose, !complete(endpoint));
  }

  private static boolean complete(Endpoint endpoint) {
    return endpoint.ports().stream().noneMatch(Endpoints::unpublished);
  }

  private static boolean unpublished(PortConfig port) {
    return port.ingress() && port.publishedPortOrZero() == 0;
  }

  private static PortError noneFree(PortConfig port) {
    return new PortError(
        "",
        0,
        port.protocolOrTcp(),
        "no port from %d to %d is free for target port %d/%s; name another one, or remove a service"
                .formatted(FIRST_PORT, LAST_PORT, port.targetPortOrZero(), port.protocolOrTcp())
            + " that publishes one of them");
  }

  private static boolean concerns(PortError error, PortConfig port) {
    return port.ingress()
        && error.port() == port.publishedPortOrZero()
        && error.protocol().equals(port.protocolOrTcp());
  }

  /**
   * The ports as asked for, each with a number. First each one keeps what it had: only then is it
   * known what is left for those that had none.
   */
  private static List<PortConfig> published(
      EndpointSpec asked, @Nullable Endpoint has, Map<String, BitSet> taken) {
    List<PortConfig> old = new ArrayList<>(has == null ? List.of() : has.ports());
    List<PortConfig> ports = new ArrayList<>(asked.ports());
    ports.replaceAll(port -> unpublished(port) ? kept(port, old, taken) : port);
    ports.replaceAll(port -> unpublished(port) ? chosen(port, taken) : port);
    return ports;
  }

  /** With the number of the first such port among the old ones, which is not there any more. */
  private static PortConfig kept(PortConfig port, List<PortConfig> old, Map<String, BitSet> taken) {
    for (PortConfig before : old) {
      int number = before.publishedPortOrZero();
      boolean same =
          before.ingress()
              && before.protocolOrTcp().equals(port.protocolOrTcp())
              && before.targetPortOrZero() == port.targetPortOrZero();
      if (same && number >= FIRST_PORT && number <= LAST_PORT && !used(port, taken).get(number)) {
        old.remove(before);
        used(port, taken).set(number);
        return port.withPublishedPort(number);
      }
    }
    return port;
  }

  /** With the first free number; without one when there is none. */
  private static PortConfig chosen(PortConfig port, Map<String, BitSet> taken) {
    int number = used(port, taken).nextClearBit(FIRST_PORT);
    if (number > LAST_PORT) {
      return port.withPublishedPort(0);
    }
    used(port, taken).set(number);
    return port.withPublishedPort(number);
  }

  /** Numbers that are taken, of the port's protocol. */
  private static BitSet used(PortConfig port, Map<String, BitSet> taken) {
    return taken.computeIfAbsent(port.protocolOrTcp(), protocol -> new BitSet());
  }

  /** Ports that are published by others or named by the service itself, by protocol. */
  private static Map<String, BitSet> taken(
      Service service,
      EndpointSpec asked,
      ClusterState state,
      Function<String, Optional<Service>> changed) {
    Map<String, BitSet> taken = new HashMap<>();
    for (Service stored : state.services()) {
      Service other = changed.apply(stored.id()).orElse(stored);
      if (!other.id().equals(service.id())) {
        other.ports().forEach(port -> take(port, taken));
        if (other.spec().endpointSpec() != null) {
          other.spec().endpointSpec().ports().forEach(port -> take(port, taken));
        }
      }
    }
    asked.ports().forEach(port -> take(port, taken));
    return taken;
  }

  private static void take(PortConfig port, Map<String, BitSet> taken) {
    if (port.publishedPortOrZero() != 0) {
      used(port, taken).set(port.publishedPortOrZero());
    }
  }
}
