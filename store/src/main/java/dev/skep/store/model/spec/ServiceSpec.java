package dev.skep.store.model.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Unsigned;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user wants of a service. */
@RecordBuilder
public record ServiceSpec(
    @Nullable String name,
    @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
    TaskSpec taskTemplate,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Mode mode,
    @Nullable UpdateConfig updateConfig,
    @Nullable UpdateConfig rollbackConfig,
    List<TaskSpec.NetworkAttachmentConfig> networks,
    @Nullable EndpointSpec endpointSpec)
    implements ServiceSpecBuilder.With {

  // A client may leave the template out; then it is an empty one, which validation refuses in the
  // API's words.
  @SuppressWarnings("RedundantNullCheck")
  public ServiceSpec {
    labels = Copies.map(labels);
    networks = Copies.list(networks);
    taskTemplate = taskTemplate == null ? TaskSpecBuilder.builder().build() : taskTemplate;
  }

  /** How many tasks: exactly one component is set in an accepted spec. */
  public record Mode(
      @Nullable Replicated replicated,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Global global,
      @Nullable ReplicatedJob replicatedJob,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable GlobalJob globalJob) {
    public static Mode replicated(long replicas) {
      return new Mode(new Replicated(replicas), null, null, null);
    }

    public static Mode everyNode() {
      return new Mode(null, new Global(), null, null);
    }
  }

  public record Replicated(@Unsigned @Nullable Long replicas) {}

  public record Global() {}

  public record ReplicatedJob(
      @Unsigned @Nullable Long maxConcurrent, @Unsigned @Nullable Long totalCompletions) {}

  public record GlobalJob() {}

  /**
   * How changed tasks are replaced.
   *
   * @param parallelism tasks replaced at once; 0 is all
   * @param delay nanoseconds between replacements
   * @param failureAction pause (default), continue or rollback
   * @param monitor nanoseconds during which a new task's failure counts; 5 s when absent
   * @param maxFailureRatio share of failed tasks that is tolerated, 0 to 1
   * @param order stop-first (default) or start-first
   */
  public record UpdateConfig(
      @Unsigned long parallelism,
      @Nullable Long delay,
      @Nullable String failureAction,
      @Nullable Long monitor,
      double maxFailureRatio,
      @Nullable String order) {}

  /**
   * How a service is reached.
   *
   * @param mode vip (default) or dnsrr
   */
  public record EndpointSpec(@Nullable String mode, List<PortConfig> ports) {
    public static final EndpointSpec NONE = new EndpointSpec(null, List.of());

    public EndpointSpec {
      ports = Copies.list(ports);
    }
  }

  /**
   * A published port.
   *
   * @param protocol tcp (default), udp or sctp
   * @param targetPort inside the container
   * @param publishedPort on the nodes; absent or 0: one is chosen from 30000 to 32767
   * @param publishMode ingress (default) or host
   */
  @RecordBuilder
  public record PortConfig(
      @Nullable String name,
      @Nullable String protocol,
      @Unsigned @Nullable Integer targetPort,
      @Unsigned @Nullable Integer publishedPort,
      @Nullable String publishMode)
      implements ServiceSpecPortConfigBuilder.With {
    /** tcp unless said otherwise. */
    public String protocolOrTcp() {
      return protocol == null || protocol.isEmpty() ? "tcp" : protocol;
    }

    /**
     * Whether the port is answered by every node (ingress) rather than by the task's node only
     * (host).
     */
    public boolean ingress() {
      return publishMode == null || publishMode.isEmpty() || publishMode.equals("ingress");
    }

    public int publishedPortOrZero() {
      return publishedPort == null ? 0 : publishedPort;
    }

    public int targetPortOrZero() {
      return targetPort == null ? 0 : targetPort;
    }
  }
}
