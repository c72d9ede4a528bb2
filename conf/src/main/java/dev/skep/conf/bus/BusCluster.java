package dev.skep.conf.bus;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import dev.skep.conf.Reason;
import dev.skep.conf.control.FrontDoor;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Sensitive;
import dev.skep.store.net.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.net.BindException;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The clustered Vert.x of a node: an event bus whose members find each other by Hazelcast. All that
 * they say to each other is mutual TLS and goes over the nodes' control ports.
 */
public final class BusCluster {
  /** Hazelcast's own port on each node's address. */
  public static final int PORT = 5701;

  /** Everything it waits for is on this host. */
  private static final long START_SECONDS = 60;

  /** Where the bus and its members listen, on ports of the system's choice, for the door alone. */
  private static final String INSIDE = "127.0.0.1";

  /** Where Vert.x's cluster manager looks for the name of a member's Vert.x. */
  private static final String VERTX_ID = "__vertx.nodeId";

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Vertx vertx;
  private final HazelcastInstance members;
  private final @Nullable BusSecurity security;

  private BusCluster(Vertx vertx, HazelcastInstance members, @Nullable BusSecurity security) {
    this.vertx = vertx;
    this.members = members;
    this.security = security;
  }

  /**
   * Joins the bus, or begins it. Blocks until it is there. A node whom the others refuse begins one
   * of its own: {@link #size} tells.
   *
   * @param name of the cluster; members of another name are not joined. It is no secret
   * @param tls how members know each other
   * @param door this node's, which leads to the bus from now on
   * @param self where the other nodes reach the door
   * @param others the doors of members to look for
   * @param random for the bus's own names
   * @throws BusException when it cannot be started
   */
  public static BusCluster start(
      String name,
      PeerTls tls,
      FrontDoor door,
      HostPort self,
      Collection<HostPort> others,
      RandomGenerator random) {
    BusSecurity security = new BusSecurity(tls, door);
    HazelcastInstance members = null;
    try {
      Config config = MemberConfig.behindDoor(name, INSIDE, self, others);
      config.getMemberAttributeConfig().setAttribute(VERTX_ID, Ids.next(random));
      members =
          HazelcastInstanceFactory.newHazelcastInstance(
              config, "bus-" + NUMBER.incrementAndGet(), security.members());
      VertxOptions options = new VertxOptions();
      options
          .getEventBusOptions()
          .setHost(INSIDE)
          .setPort(0)
          .setClusterPublicHost(self.address().toString())
          .setClusterPublicPort(self.port());
      Vertx vertx = clustered(options, security.sockets().named(), members);
      return new BusCluster(vertx, members, security);
    } catch (Exception e) {
      if (members != null) {
        members.shutdown();
      }
      security.close();
      throw new BusException("cannot start the event bus of " + self + ": " + Reason.of(e), e);
    }
  }

  private static Vertx clustered(
      VertxOptions options, Transport transport, HazelcastInstance members) throws Exception {
    return Vertx.builder()
        .with(options.setPreferNativeTransport(true))
        .withTransport(transport)
        .withClusterManager(new ClusterMembers(members))
        .buildClustered()
        .await(START_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Joins the bus, or begins it. Blocks until it is there.
   *
   * @param name of the cluster; members of another name are not joined. It is no secret
   * @param secret what both ends of each connection prove to know
   * @param address where to bind
   * @param others addresses of members to look for
   * @param random a secure source
   * @throws BusException when an address or port cannot be had
   */
  public static BusCluster start(
      String name,
      Sensitive secret,
      String address,
      Collection<String> others,
      RandomGenerator random) {
    BusProof proof = new BusProof(secret, random);
    Config config = MemberConfig.plain(name, address, others);
    config.getMemberAttributeConfig().setAttribute(VERTX_ID, Ids.next(random));
    HazelcastInstance members = members(config, proof, address);
    VertxOptions options = new VertxOptions();
    options.getEventBusOptions().setHost(address).setClusterPublicHost(address);
    try {
      Vertx vertx = clustered(options, new BusTransport(proof).named(), members);
      return new BusCluster(vertx, members, null);
    } catch (Exception e) {
      members.shutdown();
      throw new BusException("cannot start the event bus on " + address + ": " + Reason.of(e), e);
    }
  }

  private static HazelcastInstance members(Config config, BusProof proof, String address) {
    try {
      return HazelcastInstanceFactory.newHazelcastInstance(
          config, "bus-" + NUMBER.incrementAndGet(), new GuardedNode(new MemberGreeting(proof)));
    } catch (HazelcastException | IllegalStateException e) {
      throw new BusException(
          "cannot listen on %s:%d, where the swarm's nodes find each other: %s"
              .formatted(address, PORT, reason(e)),
          e);
    }
  }

  /** Hazelcast's own words for a taken port name a setting that nobody here has. */
  private static String reason(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return Reason.of(cause);
      }
    }
    return String.valueOf(e.getMessage()).contains("already in use")
        ? "address already in use"
        : Reason.of(e);
  }

  /** The Vert.x that is on the bus. */
  public Vertx vertx() {
    return vertx;
  }

  /** How many nodes are on the bus, this one among them. */
  public int size() {
    return members.getCluster().getMembers().size();
  }

  /**
   * Asks again about every node on the bus. Those that are no longer admitted are out at once. To
   * be called when a node was removed, or trust was withdrawn from an authority.
   */
  public void recheck() {
    if (security != null) {
      security.recheck();
    }
  }

  /** Leaves the bus and ends its threads. */
  public Future<Void> close() {
    return vertx.close().eventually(this::leave);
  }

  /** Hazelcast blocks until the others have what this member kept. */
  private Future<Void> leave() {
    Promise<Void> left = Promise.promise();
    Thread.ofPlatform()
        .name("skep-bus-leave")
        .daemon(true)
        .start(() -> {
          try {
            members.shutdown();
          } catch (RuntimeException e) {
            left.tryFail(e);
          }
          if (security != null) {
            security.close();
          }
          left.tryComplete();
        });
    return left.future();
  }
}
