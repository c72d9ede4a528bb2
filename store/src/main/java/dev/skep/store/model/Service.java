package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonView;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.json.OneLine;
import dev.skep.store.model.spec.ServiceSpec;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service: the spec, and what became of it.
 *
 * @param endpoint what is published, filled by allocation
 * @param updateStatus the running or last update; absent when the last change needed none
 * @param specVersion the version at which the task template or endpoint last changed; tasks made
 *     from it carry the same number
 * @param portErrors published ports that some node cannot bind, and those for which no number was
 *     free; users see them on the service's tasks
 * @param registryAuth the base64url X-Registry-Auth that pulls use; never shown
 * @param previousRegistryAuth the one that goes with {@code previousSpec}
 * @param dataChangedAt when new data of a secret or config made the present spec out of {@code
 *     previousSpec}; absent when something else did
 */
@RecordBuilder
public record Service(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    ServiceSpec spec,
    @Nullable ServiceSpec previousSpec,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Endpoint endpoint,
    @Nullable UpdateStatus updateStatus,
    @Nullable JobStatus jobStatus,
    @JsonView(Json.Stored.class) @Nullable Version specVersion,
    @JsonView(Json.Stored.class) List<PortError> portErrors,
    @JsonView(Json.Stored.class) @Nullable Sensitive registryAuth,
    @JsonView(Json.Stored.class) @Nullable Sensitive previousRegistryAuth,
    @JsonView(Json.Stored.class) @Nullable Instant dataChangedAt)
    implements SwarmObject, ServiceBuilder.With {

  public Service {
    portErrors = Copies.list(portErrors);
  }

  @Override
  public Kind kind() {
    return Kind.SERVICE;
  }

  @Override
  public String name() {
    return spec.name() == null ? "" : spec.name();
  }

  @Override
  public Service stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(s -> s.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /**
   * How many tasks the spec asks for. Those of a service with one on every node are not counted:
   * they are as many as the nodes.
   */
  public long askedTasks() {
    ServiceSpec.Mode mode = spec.mode();
    Long asked = null;
    if (mode != null && mode.replicated() != null) {
      asked = mode.replicated().replicas();
    } else if (mode != null && mode.replicatedJob() != null) {
      ServiceSpec.ReplicatedJob job = mode.replicatedJob();
      asked = job.totalCompletions() == null ? job.maxConcurrent() : job.totalCompletions();
    } else if (mode != null && (mode.global() != null || mode.globalJob() != null)) {
      asked = 0L;
    }
    return asked == null ? 1 : Math.clamp(asked, 0, COUNTED_MAX);
  }

  /** So that a sum does not overflow. */
  private static final long COUNTED_MAX = Integer.MAX_VALUE;

  /** The endpoint as allocated, or as asked for while it is not allocated yet. */
  public List<ServiceSpec.PortConfig> ports() {
    if (endpoint != null && !endpoint.ports().isEmpty()) {
      return endpoint.ports();
    }
    return spec.endpointSpec() == null ? List.of() : spec.endpointSpec().ports();
  }

  public record Endpoint(
      @JsonInclude(JsonInclude.Include.NON_NULL) ServiceSpec.@Nullable EndpointSpec spec,
      List<ServiceSpec.PortConfig> ports,
      List<VirtualIp> virtualIps) {
    public Endpoint {
      ports = Copies.list(ports);
      virtualIps = Copies.list(virtualIps);
    }

    public Endpoint withVirtualIps(List<VirtualIp> changed) {
      return new Endpoint(spec, ports, changed);
    }
  }

  /**
   * @param networkId the network
   * @param addr address with prefix length, such as 10.0.3.2/24
   */
  public record VirtualIp(String networkId, String addr) {}

  /**
   * @param state updating, paused, completed, rollback_started, rollback_paused or
   *     rollback_completed
   */
  public record UpdateStatus(
      String state,
      @Nullable Instant startedAt,
      @Nullable Instant completedAt,
      @Nullable String message) {
    public UpdateStatus {
      message = OneLine.of(message);
    }
  }

  public record JobStatus(
      @JsonInclude(JsonInclude.Include.NON_NULL) JobIteration jobIteration,
      @Nullable Instant lastExecution) {}

  /**
   * Which run of a job.
   *
   * @param index counts from 0; absent in JSON when 0
   */
  public record JobIteration(@JsonInclude(JsonInclude.Include.NON_DEFAULT) long index) {}

  /**
   * A published port that a node cannot listen on, and why; or one that the service was not given.
   *
   * @param nodeId empty when there was none to give
   * @param port 0 when there was none to give
   */
  public record PortError(String nodeId, int port, String protocol, String error) {
    public PortError {
      error = String.valueOf(OneLine.of(error));
    }
  }
}
