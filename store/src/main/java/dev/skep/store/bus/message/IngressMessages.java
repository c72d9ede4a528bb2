package dev.skep.store.bus.message;

import dev.skep.store.bus.FromNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the leader, the nodes' ingress and their agents tell each other about published ports. */
public final class IngressMessages {
  private IngressMessages() {}

  /**
   * The whole routing table. An ingress takes it unless it has one with a higher (term, index).
   *
   * @param term of the leader that made it
   * @param index of the snapshot it was made from
   * @param ports ordered by port and protocol
   */
  @SuppressWarnings("RedundantNullCheck")
  public record Routes(long term, long index, List<PortRoute> ports) {
    public static final Routes NONE = new Routes(0, 0, List.of());

    public Routes {
      ports = ports == null ? List.of() : List.copyOf(ports);
    }
  }

  /**
   * @param port published on every node
   * @param protocol tcp, udp or sctp
   * @param endpoints the tasks that take connections: running, healthy, not asked to stop; ordered
   *     by task id
   */
  @SuppressWarnings("RedundantNullCheck")
  public record PortRoute(
      int port, String protocol, String serviceId, String serviceName, List<Endpoint> endpoints) {
    public PortRoute {
      endpoints = endpoints == null ? List.of() : List.copyOf(endpoints);
    }
  }

  /**
   * @param address the container's address, reachable from its own node
   * @param network id of the network that it is an address of, or one of the constants
   * @param targetPort inside the container
   * @param meshAddress host:port of the ingress of the task's node, for connections from other
   *     nodes
   */
  public record Endpoint(
      String taskId,
      String nodeId,
      String address,
      String network,
      int targetPort,
      @Nullable String meshAddress) {
    /** The node's own network: the address is the node's. */
    public static final String HOST_NETWORK = "host";

    /** The engine's network for containers that name none. */
    public static final String ENGINE_NETWORK = "bridge";
  }

  /** Asked at the start and from time to time, in case a published table was lost. */
  public record RoutesRequest(String nodeId) implements FromNode {}

  /**
   * The task is about to stop: send it no new connections, and answer when its established ones
   * have ended or are at rest, or after the grace.
   *
   * @param graceMillis milliseconds to wait at most
   */
  public record Drain(String taskId, long graceMillis) {}

  /**
   * @param open connections that were still busy when the grace ended
   */
  public record Drained(String taskId, int open) {}

  /**
   * Can these be listened on? Nothing stays bound. Ports that this ingress listens on already count
   * as free.
   */
  @SuppressWarnings("RedundantNullCheck") // empty lists are left out of JSON
  public record PortsProbe(List<Port> ports) {
    public PortsProbe {
      ports = ports == null ? List.of() : List.copyOf(ports);
    }
  }

  public record Port(int port, String protocol) {}

  /**
   * @param refused those that cannot be bound; empty when all can
   */
  @SuppressWarnings("RedundantNullCheck")
  public record PortsProbed(List<RefusedPort> refused) {
    public PortsProbed {
      refused = refused == null ? List.of() : List.copyOf(refused);
    }
  }

  /**
   * @param error the system's reason, such as "Address already in use"
   */
  public record RefusedPort(int port, String protocol, String error) {}

  /** All published ports that this node cannot listen on now; replaces its last report. */
  @SuppressWarnings("RedundantNullCheck")
  public record PortReport(String nodeId, List<RefusedPort> refused) implements FromNode {
    public PortReport {
      refused = refused == null ? List.of() : List.copyOf(refused);
    }
  }

  public record PortReportTaken() {}
}
