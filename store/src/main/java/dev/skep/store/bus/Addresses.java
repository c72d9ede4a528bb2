package dev.skep.store.bus;

import dev.skep.store.bus.message.AgentMessages;
import dev.skep.store.bus.message.EventMessages;
import dev.skep.store.bus.message.IngressMessages;
import dev.skep.store.bus.message.LogMessages;
import dev.skep.store.bus.message.TunnelMessages;
import dev.skep.store.model.Kind;

/**
 * Where the parts listen. Each constant says who listens, what is sent ({@code ->}) and what comes
 * back. What is said at a {@link NodeAddress} or a {@link LeaderAddress} is sealed with a node's
 * key, and a {@link LocalAddress} is within one daemon; the rest is for every member of the bus.
 */
public final class Addresses {
  /** Leader. {@link AgentMessages.OpenSession} -> {@link AgentMessages.SessionOpened}. */
  public static final LeaderAddress SESSION = new LeaderAddress("skep.dispatcher.session");

  /**
   * Leader. {@link AgentMessages.Heartbeat} -> {@link AgentMessages.HeartbeatTaken}; fails with
   * {@link BusFailure#NO_SESSION}.
   */
  public static final LeaderAddress HEARTBEAT = new LeaderAddress("skep.dispatcher.heartbeat");

  /**
   * Leader. {@link AgentMessages.StatusReport} -> {@link AgentMessages.StatusTaken} once it is
   * committed; fails with {@link BusFailure#NO_SESSION}.
   */
  public static final LeaderAddress STATUS = new LeaderAddress("skep.dispatcher.status");

  /** Leader. {@link IngressMessages.RoutesRequest} -> {@link IngressMessages.Routes}. */
  public static final LeaderAddress ROUTES_REQUEST = new LeaderAddress("skep.dispatcher.routes");

  /**
   * Leader. {@link IngressMessages.PortReport} -> {@link IngressMessages.PortReportTaken} once it
   * is committed.
   */
  public static final LeaderAddress PORT_REPORT = new LeaderAddress("skep.dispatcher.ports");

  /** Every node's ingress, published by the leader: {@link IngressMessages.Routes}. */
  public static final String ROUTES = "skep.ingress.routes";

  private Addresses() {}

  /**
   * The node's agent. {@link AgentMessages.Assignment} -> {@link AgentMessages.AssignmentTaken};
   * fails with {@link BusFailure#GAP}.
   */
  public static NodeAddress assign(String nodeId) {
    return NodeAddress.of(nodeId, "assign");
  }

  /**
   * The node's agent, asked by the daemon of that node when it leaves the swarm: {@link
   * AgentMessages.Leave} -> {@link AgentMessages.Left}.
   */
  public static LocalAddress leave(String nodeId) {
    return LocalAddress.of(nodeId, "leave");
  }

  /**
   * The node's agent. {@link LogMessages.OpenLogs} -> {@link LogMessages.LogsOpened}; fails with
   * {@link BusFailure#NOT_FOUND}.
   */
  public static NodeAddress logs(String nodeId) {
    return NodeAddress.of(nodeId, "logs");
  }

  /**
   * The node's agent. {@link LogMessages.NextLogs} -> {@link LogMessages.LogLines}; fails with
   * {@link BusFailure#NOT_FOUND}.
   */
  public static NodeAddress logsNext(String nodeId) {
    return NodeAddress.of(nodeId, "logs.next");
  }

  /** The node's agent. {@link LogMessages.CloseLogs}, no reply. */
  public static NodeAddress logsClose(String nodeId) {
    return NodeAddress.of(nodeId, "logs.close");
  }

  /**
   * The node's agent. {@link TunnelMessages.OpenTunnel} -> {@link TunnelMessages.TunnelOpened};
   * fails with {@link BusFailure#NO_LISTENER} when its engine does not answer.
   */
  public static NodeAddress tunnel(String nodeId) {
    return NodeAddress.of(nodeId, "tunnel");
  }

  /**
   * The node's ingress, asked by its agent. {@link IngressMessages.Drain} -> {@link
   * IngressMessages.Drained}.
   */
  public static LocalAddress drain(String nodeId) {
    return LocalAddress.of(nodeId, "drain");
  }

  /**
   * The node's ingress. {@link IngressMessages.PortsProbe} -> {@link IngressMessages.PortsProbed}.
   */
  public static NodeAddress ports(String nodeId) {
    return NodeAddress.of(nodeId, "ports");
  }

  /**
   * Every listener, published by the leader: {@link EventMessages.StateEvent} for each committed
   * change of an object of the kind.
   */
  public static String event(Kind kind) {
    return "skep.event." + kind.noun();
  }
}
