package dev.skep.store.bus;

import dev.skep.store.model.Kind;

/**
 * Where the parts listen. Each constant says who listens, what is sent ({@code ->}) and what comes
 * back.
 */
public final class Addresses {
  /** Leader. {@link AgentMessages.OpenSession} -> {@link AgentMessages.SessionOpened}. */
  public static final String SESSION = "skep.dispatcher.session";

  /**
   * Leader. {@link AgentMessages.Heartbeat} -> {@link AgentMessages.HeartbeatTaken}; fails with
   * {@link BusFailure#NO_SESSION}.
   */
  public static final String HEARTBEAT = "skep.dispatcher.heartbeat";

  /**
   * Leader. {@link AgentMessages.StatusReport} -> {@link AgentMessages.StatusTaken} once it is
   * committed; fails with {@link BusFailure#NO_SESSION}.
   */
  public static final String STATUS = "skep.dispatcher.status";

  /** Leader. {@link IngressMessages.RoutesRequest} -> {@link IngressMessages.Routes}. */
  public static final String ROUTES_REQUEST = "skep.dispatcher.routes";

  /**
   * Leader. {@link IngressMessages.PortReport} -> {@link IngressMessages.PortReportTaken} once it
   * is committed.
   */
  public static final String PORT_REPORT = "skep.dispatcher.ports";

  /** Every node's ingress, published by the leader: {@link IngressMessages.Routes}. */
  public static final String ROUTES = "skep.ingress.routes";

  private Addresses() {}

  /**
   * The node's agent. {@link AgentMessages.Assignment} -> {@link AgentMessages.AssignmentTaken};
   * fails with {@link BusFailure#GAP}.
   */
  public static String assign(String nodeId) {
    return node(nodeId, "assign");
  }

  /**
   * The node's agent, asked by the daemon of that node when it leaves the swarm: {@link
   * AgentMessages.Leave} -> {@link AgentMessages.Left}.
   */
  public static String leave(String nodeId) {
    return node(nodeId, "leave");
  }

  /**
   * The node's agent. {@link LogMessages.OpenLogs} -> {@link LogMessages.LogsOpened}; fails with
   * {@link BusFailure#NOT_FOUND}.
   */
  public static String logs(String nodeId) {
    return node(nodeId, "logs");
  }

  /**
   * The node's agent. {@link LogMessages.NextLogs} -> {@link LogMessages.LogLines}; fails with
   * {@link BusFailure#NOT_FOUND}.
   */
  public static String logsNext(String nodeId) {
    return node(nodeId, "logs.next");
  }

  /** The node's agent. {@link LogMessages.CloseLogs}, no reply. */
  public static String logsClose(String nodeId) {
    return node(nodeId, "logs.close");
  }

  /**
   * The node's agent. {@link TunnelMessages.OpenTunnel} -> {@link TunnelMessages.TunnelOpened};
   * fails with {@link BusFailure#NO_LISTENER} when its engine does not answer.
   */
  public static String tunnel(String nodeId) {
    return node(nodeId, "tunnel");
  }

  /**
   * The node's ingress, asked by its agent. {@link IngressMessages.Drain} -> {@link
   * IngressMessages.Drained}.
   */
  public static String drain(String nodeId) {
    return node(nodeId, "drain");
  }

  /**
   * The node's ingress. {@link IngressMessages.PortsProbe} -> {@link IngressMessages.PortsProbed}.
   */
  public static String ports(String nodeId) {
    return node(nodeId, "ports");
  }

  /**
   * Every listener, published by the leader: {@link EventMessages.StateEvent} for each committed
   * change of an object of the kind.
   */
  public static String event(Kind kind) {
    return "skep.event." + kind.noun();
  }

  private static String node(String nodeId, String what) {
    return "skep.node." + nodeId + "." + what;
  }
}
