package dev.skep.store.membership;

import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.CaConfig;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.Cluster.Dispatcher;
import dev.skep.store.model.Cluster.EncryptionConfig;
import dev.skep.store.model.Cluster.Orchestration;
import dev.skep.store.model.Cluster.Raft;
import dev.skep.store.model.Cluster.TaskDefaults;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of a swarm where its users say nothing: the engine's own. */
public final class SwarmDefaults {
  /** The one name that a swarm's spec may have. */
  public static final String NAME = "default";

  /** Nanoseconds: 90 days. */
  public static final long NODE_CERT_EXPIRY_NANOS = 7_776_000_000_000_000L;

  private static final long SNAPSHOT_INTERVAL = 10_000;
  private static final long LOG_ENTRIES_FOR_SLOW_FOLLOWERS = 500;
  private static final int ELECTION_TICK = 10;
  private static final int HEARTBEAT_TICK = 1;

  private SwarmDefaults() {}

  /**
   * The spec with every part that is not said, or is said as zero where zero has no meaning, filled
   * in. What it holds is not checked.
   */
  public static ClusterSpec complete(@Nullable ClusterSpec asked) {
    ClusterSpec said =
        asked == null ? new ClusterSpec("", Map.of(), null, null, null, null, null, null) : asked;
    return new ClusterSpec(
        said.name().isEmpty() ? NAME : said.name(),
        said.labels(),
        orchestration(said.orchestration()),
        raft(said.raft()),
        dispatcher(said.dispatcher()),
        caConfig(said.caConfig()),
        said.taskDefaults() == null ? new TaskDefaults(null) : said.taskDefaults(),
        said.encryptionConfig() == null ? new EncryptionConfig(false) : said.encryptionConfig());
  }

  private static Orchestration orchestration(@Nullable Orchestration said) {
    return said == null || said.taskHistoryRetentionLimit() == null
        ? new Orchestration((long) Cluster.DEFAULT_TASK_HISTORY)
        : said;
  }

  private static Raft raft(@Nullable Raft said) {
    return said == null
        ? new Raft(
            SNAPSHOT_INTERVAL, 0L, LOG_ENTRIES_FOR_SLOW_FOLLOWERS, ELECTION_TICK, HEARTBEAT_TICK)
        : new Raft(
            or(said.snapshotInterval(), SNAPSHOT_INTERVAL),
            said.keepOldSnapshots() == null ? 0L : said.keepOldSnapshots(),
            or(said.logEntriesForSlowFollowers(), LOG_ENTRIES_FOR_SLOW_FOLLOWERS),
            or(said.electionTick(), ELECTION_TICK),
            or(said.heartbeatTick(), HEARTBEAT_TICK));
  }

  private static Dispatcher dispatcher(@Nullable Dispatcher said) {
    return new Dispatcher(
        or(said == null ? null : said.heartbeatPeriod(), Cluster.DEFAULT_HEARTBEAT_NANOS));
  }

  private static CaConfig caConfig(@Nullable CaConfig said) {
    return said == null
        ? new CaConfig(NODE_CERT_EXPIRY_NANOS, null, null, null, null)
        : new CaConfig(
            or(said.nodeCertExpiry(), NODE_CERT_EXPIRY_NANOS),
            said.externalCas(),
            said.signingCaCert(),
            said.signingCaKey(),
            said.forceRotate() == null || said.forceRotate() == 0 ? null : said.forceRotate());
  }

  private static long or(@Nullable Long said, long otherwise) {
    return said == null || said == 0 ? otherwise : said;
  }

  private static int or(@Nullable Integer said, int otherwise) {
    return said == null || said == 0 ? otherwise : said;
  }
}
