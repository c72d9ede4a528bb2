package dev.skep.conf.swarm;

import dev.skep.store.Store;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.ManagerStatus;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code swarm init --force-new-cluster} on a manager: the swarm goes on with what this manager's
 * store holds, and with it as its only manager, at the address that the request says.
 */
final class NewCluster {
  private static final long COMMIT_SECONDS = 20;

  private NewCluster() {}

  /** The manager, at an address. */
  static Identity at(AdvertisedAddress address, Identity manager) {
    Set<String> members = new LinkedHashSet<>();
    members.add(address.host());
    members.addAll(manager.members());
    return new Identity(
        manager.nodeId(),
        manager.clusterId(),
        manager.role(),
        address.host(),
        address.port(),
        manager.busSecret(),
        manager.nodeKey(),
        List.of(new RemoteManager(manager.nodeId(), address.host() + ":" + address.port())),
        List.copyOf(members));
  }

  /**
   * Where a manager is after it was to move.
   *
   * @param parts of the one that runs; absent when none could be started
   * @param failure why it is not where it was to be
   */
  record Outcome(Identity identity, @Nullable SwarmParts parts, @Nullable Exception failure) {
    void orThrow() throws Exception {
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** To another address; back to where it was when it cannot be there. */
  static Outcome move(
      SwarmParts.Maker maker, Path dataDir, SwarmParts running, Identity from, Identity to) {
    running.stop();
    SwarmParts started = null;
    try {
      started = maker.start(to, null);
      to.write(dataDir);
      return new Outcome(to, started, null);
    } catch (Exception e) {
      if (started != null) {
        started.stop();
      }
      try {
        return new Outcome(from, maker.start(from, null), e);
      } catch (Exception again) {
        e.addSuppressed(again);
        return new Outcome(from, null, e);
      }
    }
  }

  /** Commits what changes in the store, if anything does. */
  static void commit(Store store, InitRequest request, Identity manager, Instant now)
      throws Exception {
    Transaction changes = changes(store.state(), request, manager, now);
    if (!changes.isEmpty()) {
      store.commit(changes).await(COMMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** What changes in the store. The nodes that were managers beside this one are workers now. */
  private static Transaction changes(
      ClusterState state, InitRequest request, Identity manager, Instant now) {
    Transaction.Builder changes = Transaction.at(now);
    for (Node node : state.nodes()) {
      Node next = node.id().equals(manager.nodeId()) ? only(node, manager) : demoted(node);
      if (!next.equals(node)) {
        changes.update(next);
      }
    }
    state
        .cluster()
        .ifPresent(cluster -> {
          Cluster next = cluster.withSpec(merged(cluster.spec(), request.spec()));
          if (!next.equals(cluster)) {
            changes.update(next);
          }
        });
    return changes.build();
  }

  private static Node only(Node node, Identity manager) {
    return node.with(n ->
        n.status(
                new Node.NodeStatus(
                    node.status().state(), node.status().message(), manager.address()))
            .managerStatus(
                new ManagerStatus(
                    true, "reachable", manager.address() + ":" + manager.controlPort())));
  }

  private static Node demoted(Node node) {
    NodeSpec spec = node.spec();
    return node.managerStatus() == null && spec.role().equals(NodeSpec.WORKER)
        ? node
        : node.with(n ->
            n.managerStatus(null)
                .spec(
                    new NodeSpec(
                        spec.name(), spec.labels(), NodeSpec.WORKER, spec.availability())));
  }

  /** What the request says, over what is; the engine merges the two the same way. */
  private static ClusterSpec merged(ClusterSpec now, @Nullable ClusterSpec said) {
    if (said == null) {
      return now;
    }
    return new ClusterSpec(
        now.name(),
        said.labels().isEmpty() ? now.labels() : said.labels(),
        said.orchestration() == null || said.orchestration().taskHistoryRetentionLimit() == null
            ? now.orchestration()
            : said.orchestration(),
        now.raft(),
        said.dispatcher() == null || zero(said.dispatcher().heartbeatPeriod())
            ? now.dispatcher()
            : said.dispatcher(),
        said.caConfig() == null || zero(said.caConfig().nodeCertExpiry())
            ? now.caConfig()
            : said.caConfig(),
        said.taskDefaults() == null || said.taskDefaults().logDriver() == null
            ? now.taskDefaults()
            : said.taskDefaults(),
        now.encryptionConfig());
  }

  private static boolean zero(@Nullable Long said) {
    return said == null || said == 0;
  }
}
