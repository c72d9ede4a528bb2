package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.OneLine;
import dev.skep.store.model.spec.ServiceSpec;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was last observed of a task.
 *
 * @param timestamp when it was observed
 * @param message what is happening, in a word or two on {@link OneLine}
 * @param err why it is not well, on {@link OneLine}; absent when it is
 */
@RecordBuilder
public record TaskStatus(
    Instant timestamp,
    TaskState state,
    @Nullable String message,
    @Nullable String err,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ContainerStatus containerStatus,
    @JsonInclude(JsonInclude.Include.NON_NULL) PortStatus portStatus)
    implements TaskStatusBuilder.With {

  @SuppressWarnings("RedundantNullCheck")
  public TaskStatus {
    message = OneLine.of(message);
    err = OneLine.of(err);
    portStatus = portStatus == null ? PortStatus.NONE : portStatus;
  }

  public static TaskStatus of(Instant timestamp, TaskState state, String message) {
    return new TaskStatus(timestamp, state, message, null, null, PortStatus.NONE);
  }

  /**
   * @param containerId 64 hex digits
   * @param pid of the container's first process on its node; 0 when it does not run
   * @param exitCode of the last run
   */
  public record ContainerStatus(@Nullable String containerId, int pid, int exitCode) {}

  /** Host-mode ports as they were bound. */
  public record PortStatus(List<ServiceSpec.PortConfig> ports) {
    public static final PortStatus NONE = new PortStatus(List.of());

    public PortStatus {
      ports = Copies.list(ports);
    }
  }
}
