package dev.skep.conf.bus;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.nio.MemberSocketInterceptor;
import dev.skep.store.net.HostPort;
import java.util.Collection;

/** What a Hazelcast member is to be like that does nothing but keep the event bus together. */
final class MemberConfig {
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

  private static final int CONNECT_SECONDS = 2;

  private MemberConfig() {}

  /**
   * One that listens for nobody but this node's door.
   *
   * @param inside a loopback address to listen on, at a port of the system's choice
   * @param self what the others are told
   * @param others where to look for members
   */
  static Config behindDoor(String name, String inside, HostPort self, Collection<HostPort> others) {
    Config config = common(name, inside);
    join(
        config,
        endpoint(DoorCheck.class).setPort(0).setPublicAddress(self.toString()),
        self.toString(),
        others.stream().map(HostPort::toString).toList());
    // Else it would connect to the others from the address that it listens on.
    config.setProperty("hazelcast.socket.client.bind", "false");
    return config;
  }

  /** One that listens on the node's own address. */
  static Config plain(String name, String address, Collection<String> others) {
    Config config = common(name, address);
    ServerSocketEndpointConfig endpoint = endpoint(MemberGreeting.class).setPort(BusCluster.PORT);
    String suffix = ":" + BusCluster.PORT;
    join(config, endpoint, address + suffix, others.stream().map(other -> other + suffix).toList());
    return config;
  }

  /** With a check of sockets that is asked for here, so that Hazelcast asks the node for it. */
  private static ServerSocketEndpointConfig endpoint(
      Class<? extends MemberSocketInterceptor> check) {
    ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
    endpoint.setSocketInterceptorConfig(
        new SocketInterceptorConfig().setEnabled(true).setClassName(check.getName()));
    return endpoint;
  }

  private static void join(
      Config config, ServerSocketEndpointConfig endpoint, String self, Collection<String> others) {
    // With a socket for members only: none of the hundreds of classes that would serve clients.
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig().setEnabled(true);
    network.setMemberEndpointConfig(endpoint.setPortAutoIncrement(false));
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(CONNECT_SECONDS);
    join.getTcpIpConfig().addMember(self);
    others.forEach(join.getTcpIpConfig()::addMember);
  }

  private static Config common(String name, String bind) {
    Config config = new Config();
    config.setClusterName(name);
    config.setClassLoader(BusCluster.class.getClassLoader());
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    // Its prefix of each line would be the cluster's name and its own version.
    config.setProperty("hazelcast.logging.details.enabled", "false");
    config.setProperty("hazelcast.socket.receive.buffer.size", Integer.toString(SOCKET_BUFFER_KB));
    config.setProperty("hazelcast.socket.send.buffer.size", Integer.toString(SOCKET_BUFFER_KB));
    config.setProperty("hazelcast.local.localAddress", bind);
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
