package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonView;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.json.OneLine;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A member of the swarm.
 *
 * @param managerStatus only for managers
 * @param meshAddress host:port at which the node's ingress takes connections for its own tasks from
 *     other nodes; absent until the agent said it
 * @param key with which what is said to the node and by it is sealed, 32 bytes as base64url;
 *     without one nobody can speak with it
 * @param gateways its own addresses on networks that get their addresses from the manager
 */
@RecordBuilder
public record Node(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    NodeSpec spec,
    NodeDescription description,
    NodeStatus status,
    @Nullable ManagerStatus managerStatus,
    @JsonView(Json.Stored.class) @Nullable String meshAddress,
    @JsonView(Json.Stored.class) @Nullable Sensitive key,
    @JsonView(Json.Stored.class) List<Gateway> gateways)
    implements SwarmObject, NodeBuilder.With {

  public Node {
    gateways = Copies.list(gateways);
  }

  /** On every network that Skep makes in an engine: the id of the node that made it. */
  public static final String ENGINE_LABEL = "dev.skep.node.id";

  @Override
  public Kind kind() {
    return Kind.NODE;
  }

  /** The hostname: what users call a node. */
  @Override
  public String name() {
    return description.hostname();
  }

  @Override
  public Node stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(n -> n.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /** Whether the node may get new tasks. */
  public boolean schedulable() {
    return status.state().equals(NodeStatus.READY) && spec.availability().equals(NodeSpec.ACTIVE);
  }

  /**
   * A node's own address on a network: there it is the gateway, the DNS server and the balancer.
   *
   * @param addr with prefix length, such as 10.0.3.2/24
   */
  public record Gateway(String networkId, String addr) {}

  /**
   * @param role worker or manager
   * @param availability active, pause or drain
   */
  @RecordBuilder
  public record NodeSpec(
      @Nullable String name,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
      String role,
      String availability)
      implements NodeNodeSpecBuilder.With {
    public static final String WORKER = "worker";
    public static final String MANAGER = "manager";
    public static final String ACTIVE = "active";
    public static final String PAUSE = "pause";
    public static final String DRAIN = "drain";

    public NodeSpec {
      labels = Copies.map(labels);
    }
  }

  /**
   * @param state unknown, down, ready or disconnected
   * @param addr the node's address
   */
  public record NodeStatus(String state, @Nullable String message, @Nullable String addr) {
    public static final String READY = "ready";
    public static final String DOWN = "down";
    public static final String UNKNOWN = "unknown";

    public NodeStatus {
      message = OneLine.of(message);
    }
  }

  /**
   * @param leader whether it leads; absent in JSON when it does not
   * @param reachability unknown, unreachable or reachable
   * @param addr host:port of its control port
   */
  public record ManagerStatus(
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean leader,
      String reachability,
      String addr) {}
}
