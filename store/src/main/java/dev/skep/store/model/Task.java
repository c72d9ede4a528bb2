package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonView;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run one container of a service. It never moves down the ladder; a replacement is a
 * new task in the same slot.
 *
 * @param labels of the task itself; empty today, as in Swarm
 * @param slot which replica, from 1; 0 for tasks of global services, whose slot is their node
 * @param nodeId the node that it is assigned to; empty before
 * @param desiredState what the node is to bring it to
 * @param specVersion the service's specVersion that it was made from
 * @param endpoint the endpoint spec that it was made from; a change of it replaces the task
 * @param serviceName the service's name when the task was made: names the container
 * @param serviceLabels the service's labels, for templates
 * @param restarts when earlier tasks of this slot were replaced after ending, oldest first, as far
 *     as the restart policy's window looks at them; time that the back-off added does not count
 * @param restartCount how many tasks of this slot were replaced after ending, under this spec
 * @param notBefore a task that is desired ready is not desired running before then: its restart
 *     delay, by the leader's clock; absent when it has none
 * @param runningSince when the leader first learned that the task runs, by the leader's clock;
 *     absent until then
 * @param quickEndings how many tasks of this slot in a row, up to the one before this, ended soon
 *     after their start: what the back-off of restarts goes by
 * @param defaultLogDriver the cluster's log driver when the task was made, for a spec that names
 *     none
 */
@RecordBuilder
public record Task(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
    TaskSpec spec,
    String serviceId,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int slot,
    String nodeId,
    TaskStatus status,
    TaskState desiredState,
    @JsonInclude(JsonInclude.Include.NON_NULL) Service.@Nullable JobIteration jobIteration,
    List<NetworkAttachment> networksAttachments,
    List<Resources.GenericResource> assignedGenericResources,
    @JsonView(Json.Stored.class) @Nullable Version specVersion,
    @JsonView(Json.Stored.class) ServiceSpec.@Nullable EndpointSpec endpoint,
    @JsonView(Json.Stored.class) String serviceName,
    @JsonView(Json.Stored.class) Map<String, String> serviceLabels,
    @JsonView(Json.Stored.class) List<Instant> restarts,
    @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) long restartCount,
    @JsonView(Json.Stored.class) @Nullable Instant notBefore,
    @JsonView(Json.Stored.class) @Nullable Instant runningSince,
    @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) int quickEndings,
    @JsonView(Json.Stored.class) @Nullable Driver defaultLogDriver)
    implements SwarmObject, TaskBuilder.With {

  // Stored JSON leaves empty text out.
  @SuppressWarnings("RedundantNullCheck")
  public Task {
    labels = Copies.map(labels);
    nodeId = nodeId == null ? "" : nodeId;
    serviceId = serviceId == null ? "" : serviceId;
    serviceName = serviceName == null ? "" : serviceName;
    networksAttachments = Copies.list(networksAttachments);
    assignedGenericResources = Copies.list(assignedGenericResources);
    serviceLabels = Copies.map(serviceLabels);
    restarts = Copies.list(restarts);
  }

  @Override
  public Kind kind() {
    return Kind.TASK;
  }

  /**
   * {@code service.slot.id}, or {@code service.node.id} for a task of a global service: the
   * container's name.
   */
  @Override
  public String name() {
    return serviceName + "." + (slot == 0 ? nodeId : Integer.toString(slot)) + "." + id;
  }

  /** The log driver of the spec, or else the cluster's; absent for the engine's own. */
  public @Nullable Driver logDriver() {
    return spec.logDriver() == null ? defaultLogDriver : spec.logDriver();
  }

  /** What holds at most one live task: the replica number, or the node for global services. */
  public String slotKey() {
    return slot == 0 ? nodeId : Integer.toString(slot);
  }

  public TaskState state() {
    return status.state();
  }

  /** Whether the task holds its place: neither ended nor asked to end. */
  public boolean live() {
    return !status.state().ended() && !desiredState.after(TaskState.RUNNING);
  }

  /** Whether the task uses its node's resources: assigned there and not ended yet. */
  public boolean occupiesNode() {
    return !nodeId.isEmpty() && !status.state().ended();
  }

  @Override
  public Task stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(t -> t.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /**
   * A network that the task is attached to.
   *
   * @param addresses with prefix length, such as 10.0.3.2/24
   */
  public record NetworkAttachment(@Nullable Network network, List<String> addresses) {
    public NetworkAttachment {
      addresses = Copies.list(addresses);
    }
  }
}
