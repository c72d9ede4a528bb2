package dev.skep.conf.swarm;

import dev.skep.store.membership.InitialObjects;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster.EncryptionConfig;
import dev.skep.store.model.Cluster.JoinTokens;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.ManagerStatus;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.NodeBuilder;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Checks a request to found a swarm, and says what the swarm begins with. */
final class FoundingRequest {
  private static final Set<String> AVAILABILITIES =
      Set.of(NodeSpec.ACTIVE, NodeSpec.PAUSE, NodeSpec.DRAIN);

  private FoundingRequest() {}

  /** Refuses by name what Skep does not do, rather than founding a swarm without it. */
  static void check(InitRequest request) {
    EncryptionConfig encryption = request.spec() == null ? null : request.spec().encryptionConfig();
    if (Boolean.TRUE.equals(request.autoLockManagers())
        || (encryption != null && encryption.autoLockManagers())) {
      throw new MembershipException(
          501,
          "locking managers (autolock) is not supported by this version of Skep; leave --autolock out");
    }
    availability(request.availability());
  }

  /**
   * The availability asked for; active when none is. Throws {@link MembershipException} in the
   * API's words.
   */
  static String availability(@Nullable String asked) {
    if (asked == null || asked.isEmpty()) {
      return NodeSpec.ACTIVE;
    }
    if (!AVAILABILITIES.contains(asked)) {
      throw new MembershipException(400, "invalid Availability: \"" + asked + "\"");
    }
    return asked;
  }

  /** The first transaction of a swarm: the cluster, its networks, and its first node. */
  static Transaction objects(
      InitRequest request, Identity founder, String hostname, Instant now, RandomGenerator random) {
    String digest = JoinToken.newDigest(random);
    JoinTokens tokens =
        new JoinTokens(
            new Sensitive(JoinToken.next(digest, random).text()),
            new Sensitive(JoinToken.next(digest, random).text()));
    Transaction.Builder founding = Transaction.at(now);
    InitialObjects.addTo(
        founding, request, founder.clusterId(), tokens, founder.busSecret(), now, random);
    Node node =
        NodeBuilder.builder()
            .id(founder.nodeId())
            .version(Version.NONE)
            .createdAt(now)
            .updatedAt(now)
            .spec(
                new NodeSpec(
                    null, Map.of(), NodeSpec.MANAGER, availability(request.availability())))
            .description(NodeAdmission.undescribed(hostname))
            .status(new NodeStatus(NodeStatus.UNKNOWN, null, founder.address()))
            .managerStatus(
                new ManagerStatus(
                    true, "reachable", founder.address() + ":" + founder.controlPort()))
            .key(founder.nodeKey())
            .build();
    return founding.create(node).build();
  }
}
