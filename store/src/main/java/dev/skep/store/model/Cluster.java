package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonView;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.json.Unsigned;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.net.Subnet;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The swarm itself; there is one.
 *
 * @param defaultAddrPool where subnets are cut from
 * @param subnetSize prefix length of the subnets that are cut from the pools
 * @param dataPathPort UDP port of the overlay
 * @param joinTokens what a node shows to join, by role
 * @param busSecret name of the event bus's Hazelcast cluster: random, so that no other cluster is
 *     joined by accident
 * @param lastGiven where the giving of subnets and VXLAN ids goes on; absent while none was given
 */
@RecordBuilder
public record Cluster(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    ClusterSpec spec,
    @JsonInclude(JsonInclude.Include.NON_NULL) NodeDescription.@Nullable TlsInfo tlsInfo,
    boolean rootRotationInProgress,
    @JsonInclude(JsonInclude.Include.ALWAYS) List<String> defaultAddrPool,
    int subnetSize,
    int dataPathPort,
    @Nullable JoinTokens joinTokens,
    @JsonView(Json.Stored.class) @Nullable Sensitive busSecret,
    @JsonView(Json.Stored.class) @Nullable LastGiven lastGiven)
    implements SwarmObject, ClusterBuilder.With {

  public static final int DEFAULT_TASK_HISTORY = 5;

  /** Where subnets are cut from when a swarm names no pool. */
  public static final String DEFAULT_ADDRESS_POOL = "10.0.0.0/8";

  /** Prefix length of the subnets that are cut from the pools. */
  public static final int DEFAULT_SUBNET_SIZE = 24;

  /** UDP port of the overlay. */
  public static final int DEFAULT_DATA_PATH_PORT = 4789;

  /**
   * "All" means this many tasks per slot: a week of a crash loop that is slowed down to a minute. A
   * slot without a bound would fill the manager's memory.
   */
  public static final int MOST_TASK_HISTORY = 10_000;

  /** Nanoseconds between a node's heartbeats unless the spec says otherwise. */
  public static final long DEFAULT_HEARTBEAT_NANOS = 5_000_000_000L;

  public Cluster {
    defaultAddrPool = Copies.list(defaultAddrPool);
    defaultAddrPool = defaultAddrPool.isEmpty() ? List.of(DEFAULT_ADDRESS_POOL) : defaultAddrPool;
    subnetSize = subnetSize == 0 ? DEFAULT_SUBNET_SIZE : subnetSize;
    dataPathPort = dataPathPort == 0 ? DEFAULT_DATA_PATH_PORT : dataPathPort;
  }

  @Override
  public Kind kind() {
    return Kind.CLUSTER;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Cluster stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(c -> c.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /** Tasks kept per slot; below 0 is said for all. */
  public int taskHistoryLimit() {
    Long said =
        spec.orchestration() == null ? null : spec.orchestration().taskHistoryRetentionLimit();
    return said == null
        ? DEFAULT_TASK_HISTORY
        : (int) (said < 0 ? MOST_TASK_HISTORY : Math.min(MOST_TASK_HISTORY, said));
  }

  /** Nanoseconds between a node's heartbeats. */
  public long heartbeatNanos() {
    Long said = spec.dispatcher() == null ? null : spec.dispatcher().heartbeatPeriod();
    return said == null || said <= 0 ? DEFAULT_HEARTBEAT_NANOS : said;
  }

  /**
   * What networks were given last. The next is looked for after it, so that what a removed network
   * had rests for as long as there is other: nodes may not be rid of the old network yet.
   *
   * @param subnet from the pools; absent when none was given
   * @param vxlan 0 when none was given
   */
  public record LastGiven(
      @Nullable Subnet subnet, @JsonInclude(JsonInclude.Include.NON_DEFAULT) int vxlan) {
    public static final LastGiven NOTHING = new LastGiven(null, 0);
  }

  public record JoinTokens(Sensitive worker, Sensitive manager) {}

  /** The swarm's settings; {@code name} is always "default". */
  @RecordBuilder
  public record ClusterSpec(
      String name,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Orchestration orchestration,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Raft raft,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Dispatcher dispatcher,
      @JsonProperty("CAConfig") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable CaConfig caConfig,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable TaskDefaults taskDefaults,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable EncryptionConfig encryptionConfig)
      implements ClusterClusterSpecBuilder.With {
    @SuppressWarnings("RedundantNullCheck")
    public ClusterSpec {
      name = name == null ? "" : name;
      labels = Copies.map(labels);
    }
  }

  public record Orchestration(@Nullable Long taskHistoryRetentionLimit) {}

  public record Raft(
      @Unsigned @Nullable Long snapshotInterval,
      @Unsigned @Nullable Long keepOldSnapshots,
      @Unsigned @Nullable Long logEntriesForSlowFollowers,
      @Nullable Integer electionTick,
      @Nullable Integer heartbeatTick) {}

  /**
   * @param heartbeatPeriod nanoseconds
   */
  public record Dispatcher(@Nullable Long heartbeatPeriod) {}

  /**
   * @param nodeCertExpiry nanoseconds
   */
  public record CaConfig(
      @Nullable Long nodeCertExpiry,
      @JsonProperty("ExternalCAs") @Nullable JsonNode externalCas,
      @JsonProperty("SigningCACert") @Nullable String signingCaCert,
      @JsonProperty("SigningCAKey") @Nullable Sensitive signingCaKey,
      @Unsigned @Nullable Long forceRotate) {}

  /**
   * @param logDriver of tasks whose spec names none
   */
  public record TaskDefaults(@Nullable Driver logDriver) {}

  public record EncryptionConfig(boolean autoLockManagers) {}
}
