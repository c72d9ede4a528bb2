package dev.skep.conf.bus;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import dev.skep.conf.Reason;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Sensitive;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.BindException;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The clustered Vert.x of a node: an event bus whose members find each other by Hazelcast, on the
 * node's own address and nowhere else.
 */
public final class BusCluster {
  /** Hazelcast's own port on each node's address. */
  public static final int PORT = 5701;

  /**
   * Few partitions: the maps hold a few subscriptions a node, and each partition costs memory and
   * start-up time.
   */
  private static final int PARTITIONS = 31;

  /**
   * A member that says nothing for so long is out. Only the bus's membership; whether a node is up
   * is the dispatcher's own lease.
   */
  private static final int MAX_SILENCE_SECONDS = 10;

  /** How soon halves of a split bus look for each other. */
  private static final int MERGE_SECONDS = 5;

  /** Of each connection; the messages are small. */
  private static final int SOCKET_BUFFER_KB = 32;

  /** Everything it waits for is on this host. */
  private static final long START_SECONDS = 60;

  /** Where Vert.x's cluster manager looks for the name of a member's Vert.x. */
  private static final String VERTX_ID = "__vertx.nodeId";

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Vertx vertx;
  private final HazelcastInstance members;

  private BusCluster(Vertx vertx, HazelcastInstance members) {
    this.vertx = vertx;
    this.members = members;
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
    Config config = config(name, address, others);
    config.getMemberAttributeConfig().setAttribute(VERTX_ID, Ids.next(random));
    HazelcastInstance members = members(config, proof, address);
    VertxOptions options = new VertxOptions().setPreferNativeTransport(true);
    options.getEventBusOptions().setHost(address).setClusterPublicHost(address);
    try {
      Vertx vertx =
          Vertx.builder()
              .with(options)
              .withTransport(new BusTransport(proof).named())
              .withClusterManager(new ClusterMembers(members))
              .buildClustered()
              .await(START_SECONDS, TimeUnit.SECONDS);
      return new BusCluster(vertx, members);
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
            left.complete();
          } catch (RuntimeException e) {
            left.fail(e);
          }
        });
    return left.future();
  }

  private static Config config(String name, String address, Collection<String> members) {
    Config config = new Config();
    config.setClusterName(name);
    config.setClassLoader(BusCluster.class.getClassLoader());
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
    // With a socket for members only: none of the hundreds of classes that would serve clients.
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig().setEnabled(true);
    ServerSocketEndpointConfig endpoint =
        new ServerSocketEndpointConfig().setPort(PORT).setPortAutoIncrement(false);
    // Asked for here, so that Hazelcast asks GuardedNode for it.
    endpoint.setSocketInterceptorConfig(
        new SocketInterceptorConfig()
            .setEnabled(true)
            .setClassName(MemberGreeting.class.getName()));
    network.setMemberEndpointConfig(endpoint);
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
    join.getTcpIpConfig().addMember(address + ":" + PORT);
    members.forEach(member -> join.getTcpIpConfig().addMember(member + ":" + PORT));
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    // Its prefix of each line would be the cluster's name and its own version.
    config.setProperty("hazelcast.logging.details.enabled", "false");
    config.setProperty("hazelcast.socket.receive.buffer.size", Integer.toString(SOCKET_BUFFER_KB));
    config.setProperty("hazelcast.socket.send.buffer.size", Integer.toString(SOCKET_BUFFER_KB));
    config.setProperty("hazelcast.local.localAddress", address);
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.metrics.enabled", "false");
    config.setProperty("hazelcast.health.monitoring.level", "OFF");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.partition.count", Integer.toString(PARTITIONS));
    config.setProperty("hazelcast.operation.thread.count", "2");
    config.setProperty("hazelcast.operation.generic.thread.count", "2");
    config.setProperty("hazelcast.io.thread.count", "1");
    config.setProperty("hazelcast.event.thread.count", "1");
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", Integer.toString(MAX_SILENCE_SECONDS));
    config.setProperty("hazelcast.merge.first.run.delay.seconds", Integer.toString(MERGE_SECONDS));
    config.setProperty("hazelcast.merge.next.run.delay.seconds", Integer.toString(MERGE_SECONDS));
    config.setProperty("hazelcast.graceful.shutdown.max.wait", "5");
    return config;
  }
}
