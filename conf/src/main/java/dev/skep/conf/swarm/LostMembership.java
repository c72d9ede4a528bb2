package dev.skep.conf.swarm;

import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Sensitive;
import dev.skep.store.raft.RaftStore;
import dev.skep.store.raft.RaftStoreOptions;
import dev.skep.store.raft.file.StoreOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A manager's store whose membership.json is lost: this host does not know that it is a manager,
 * but the swarm is all there. It is not removed for another swarm, and {@code swarm init
 * --force-new-cluster} goes on with it.
 */
final class LostMembership {
  /** The store's port: a group of one listens nowhere. */
  private static final int NO_PORT = 1;

  private LostMembership() {}

  /** Whose store it is, in words; absent when none lies there, or only what is left of one. */
  static Optional<String> in(Path dataDir, Path store) {
    return Leftover.marked(dataDir) ? Optional.empty() : StoreOwner.named(store);
  }

  /** Throws {@link MembershipException} when there is one. */
  static void requireNone(Path dataDir, Path store) {
    Optional<String> owner = in(dataDir, store);
    if (owner.isPresent()) {
      throw new MembershipException(500, words(owner.get(), dataDir, store));
    }
  }

  /** What is there, and what can be done. */
  static String words(String owner, Path dataDir, Path store) {
    return "%s holds the store of %s, but %s, which says that this host is that node, is missing. Nothing was changed. Put that file back and start the daemon again; or go on with the swarm by \"docker swarm init --force-new-cluster\"; or, to give the swarm up on this host, move %s away and try again"
        .formatted(store, owner, Identity.in(dataDir), store);
  }

  /** A manager that runs. */
  record Found(Identity identity, SwarmParts parts) {}

  /** Goes on with the swarm, with this host as its only manager, at that address. */
  static Found goOn(
      SwarmParts.Maker maker,
      Path dataDir,
      InitRequest request,
      AdvertisedAddress address,
      Instant now)
      throws Exception {
    Identity identity = identity(maker.storeDirectory(), address);
    SwarmParts started = maker.start(identity, null);
    try {
      NewCluster.commit(started.store(), request, identity, now);
      identity.write(dataDir);
      return new Found(identity, started);
    } catch (Exception e) {
      started.stop();
      throw e;
    }
  }

  /** What membership.json said: the store's mark and the cluster have all of it. */
  private static Identity identity(Path directory, AdvertisedAddress address) throws IOException {
    StoreOwner mark =
        StoreOwner.read(directory)
            .orElseThrow(() ->
                new MembershipException(
                    500,
                    "the store in %s does not say whose it is; an older version of Skep made it. Put its membership.json back and start the daemon again"
                        .formatted(directory)));
    Secrets secrets = secrets(directory, mark);
    return new Identity(
        mark.memberId(),
        mark.clusterId(),
        NodeSpec.MANAGER,
        address.host(),
        address.port(),
        secrets.bus(),
        secrets.node(),
        List.of(new RemoteManager(mark.memberId(), address.host() + ":" + address.port())),
        List.of(address.host()));
  }

  /** What the host must know to be on the bus, and to be that node there. */
  private record Secrets(Sensitive bus, Sensitive node) {}

  private static Secrets secrets(Path directory, StoreOwner mark) {
    RaftStore store =
        RaftStore.open(
                new RaftStoreOptions(
                    directory, mark.clusterId(), mark.memberId(), "127.0.0.1", NO_PORT))
            .await();
    try {
      Sensitive bus =
          store
              .state()
              .cluster()
              .map(Cluster::busSecret)
              .orElseThrow(() ->
                  new MembershipException(
                      500,
                      "the store in %s holds no swarm: its founding did not come to its end. Move it away and try again"
                          .formatted(directory)));
      Sensitive node =
          store
              .state()
              .node(mark.memberId())
              .map(Node::key)
              .orElseThrow(() ->
                  new MembershipException(
                      500,
                      "the store in %s has no key for the node %s: an older version of Skep made it, and goes on with it; this one cannot. Nothing was changed"
                          .formatted(directory, mark.memberId())));
      return new Secrets(bus, node);
    } finally {
      store.close().await();
    }
  }
}
