package dev.skep.gateway.swarm;

import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.Cluster.JoinTokens;
import dev.skep.store.model.NodeDescription.TlsInfo;
import dev.skep.store.model.Version;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The swarm as GET /swarm shows it.
 *
 * @param tlsInfo never absent: clients read fields of it
 */
record ClusterView(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    ClusterSpec spec,
    TlsInfo tlsInfo,
    boolean rootRotationInProgress,
    List<String> defaultAddrPool,
    int subnetSize,
    int dataPathPort,
    @Nullable JoinTokens joinTokens) {

  static ClusterView of(Cluster cluster) {
    return new ClusterView(
        cluster.id(),
        cluster.version(),
        cluster.createdAt(),
        cluster.updatedAt(),
        cluster.spec(),
        cluster.tlsInfo() == null ? new TlsInfo(null, null, null) : cluster.tlsInfo(),
        cluster.rootRotationInProgress(),
        cluster.defaultAddrPool(),
        cluster.subnetSize(),
        cluster.dataPathPort(),
        cluster.joinTokens());
  }
}
