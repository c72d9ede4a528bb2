package dev.skep.conf.swarm;

import dev.skep.conf.Loopback;
import dev.skep.conf.Reason;
import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.conf.swarm.ControlMessages.Joined;
import dev.skep.store.Store;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeBuilder;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Who may become a node: whoever shows a join token gets a node id and what goes with it. */
final class NodeAdmission {
  /** Nodes that joined and were never heard of; hosts of a large swarm may start at once. */
  private static final int MAX_GHOSTS = 200;

  private static final int MAX_NAME_CHARACTERS = 255;

  private final Store store;
  private final Identity manager;
  private final InstantSource clock;
  private final RandomGenerator random;

  NodeAdmission(Store store, Identity manager, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.manager = manager;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Makes the node and answers once it is stored. Throws {@link MembershipException} to who may not
   * join; fails as a commit does.
   */
  Future<Joined> join(Join asked) {
    ClusterState state = store.state();
    Cluster cluster =
        state
            .cluster()
            .orElseThrow(
                () -> new MembershipException(503, "this manager has no swarm yet; try again"));
    checkToken(cluster, asked.token());
    checkGhosts(state);
    Sensitive key = NodeKeys.next(random);
    Node node = joiner(asked, key);
    return store
        .commit(Transaction.at(clock.instant()).create(node).build())
        .map(commit -> joined(cluster, node.id(), key, commit.state()));
  }

  private static void checkToken(Cluster cluster, @Nullable Sensitive shown) {
    if (shown == null) {
      throw new MembershipException(500, "invalid join token");
    }
    Cluster.JoinTokens tokens = cluster.joinTokens();
    Optional<JoinToken> token = JoinToken.parse(shown.text());
    Optional<JoinToken> worker =
        tokens == null ? Optional.empty() : JoinToken.parse(tokens.worker().text());
    if (tokens == null || token.isEmpty() || worker.isEmpty()) {
      throw new MembershipException(500, "invalid join token");
    }
    if (!token.get().digest().equals(worker.get().digest())) {
      throw new MembershipException(
          500, "remote CA does not match fingerprint. Expected: " + token.get().digest());
    }
    if (shown.matches(tokens.manager())) {
      throw new MembershipException(
          501,
          "this version of Skep runs one manager: join as a worker, with the token that \"docker swarm join-token worker\" prints on the manager");
    }
    if (!shown.matches(tokens.worker())) {
      throw new MembershipException(500, "A valid join token is necessary to join this cluster");
    }
  }

  /** A joined node's agent describes it within seconds; those that never do take room for ever. */
  private static void checkGhosts(ClusterState state) {
    long ghosts =
        state.nodes().stream()
            .filter(node -> node.description().engine().engineVersion().isEmpty())
            .count();
    if (ghosts >= MAX_GHOSTS) {
      throw new MembershipException(
          503,
          "%d nodes have joined this swarm and were never heard of, and no more may join: remove them (docker node ls, docker node rm), and rotate the token if they are not yours (docker swarm join-token --rotate worker)"
              .formatted(ghosts));
    }
  }

  private Node joiner(Join asked, Sensitive key) {
    String name = asked.name();
    if (name == null
        || name.isEmpty()
        || name.length() > MAX_NAME_CHARACTERS
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new MembershipException(400, "invalid name of a node: \"" + Reason.shown(name) + "\"");
    }
    String address = asked.address();
    if (address == null || !Loopback.is(address)) {
      throw new MembershipException(
          400, "invalid address of a node: \"" + Reason.shown(address) + "\"");
    }
    return NodeBuilder.builder()
        .id(Ids.next(random))
        .version(Version.NONE)
        .createdAt(clock.instant())
        .updatedAt(clock.instant())
        .spec(
            new Node.NodeSpec(
                null,
                Map.of(),
                Node.NodeSpec.WORKER,
                FoundingRequest.availability(asked.availability())))
        .description(undescribed(name))
        .status(new Node.NodeStatus(Node.NodeStatus.UNKNOWN, null, address))
        .key(key)
        .build();
  }

  /** What is known of a node before its agent described it. */
  static NodeDescription undescribed(String hostname) {
    return new NodeDescription(
        hostname,
        new NodeDescription.Platform(null, null),
        Resources.Reservations.NONE,
        new NodeDescription.EngineDescription("", Map.of(), List.of()),
        null);
  }

  private Joined joined(Cluster cluster, String nodeId, Sensitive key, ClusterState state) {
    List<String> members =
        state.nodes().stream()
            .map(node -> node.status().addr())
            .filter(addr -> addr != null)
            .distinct()
            .sorted()
            .toList();
    return new Joined(
        nodeId,
        cluster.id(),
        Node.NodeSpec.WORKER,
        manager.busSecret(),
        key,
        List.of(
            new RemoteManager(manager.nodeId(), manager.address() + ":" + manager.controlPort())),
        members);
  }
}
