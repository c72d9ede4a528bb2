package dev.skep.conf.swarm;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Collection;

/**
 * Makes the clustered Vert.x of a node: an event bus whose members find each other by Hazelcast, on
 * the node's own address and nowhere else.
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

  private BusCluster() {}

  /**
   * @param name the cluster's name; members with another name are not joined
   * @param address where to bind
   * @param members addresses of members to look for
   */
  public static Future<Vertx> start(String name, String address, Collection<String> members) {
    VertxOptions options = new VertxOptions().setPreferNativeTransport(true);
    options.getEventBusOptions().setHost(address).setClusterPublicHost(address);
    return Vertx.builder()
        .with(options)
        .withClusterManager(new HazelcastClusterManager(config(name, address, members)))
        .buildClustered();
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
    network.setMemberEndpointConfig(
        new ServerSocketEndpointConfig().setPort(PORT).setPortAutoIncrement(false));
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
    join.getTcpIpConfig().addMember(address + ":" + PORT);
    members.forEach(member -> join.getTcpIpConfig().addMember(member + ":" + PORT));
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
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
