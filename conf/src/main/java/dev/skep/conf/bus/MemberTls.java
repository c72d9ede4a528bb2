package dev.skep.conf.bus;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.impl.MemberImpl;
import com.hazelcast.instance.AddressPicker;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.Server;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.LocalAddressRegistry;
import com.hazelcast.internal.server.tcp.ServerSocketRegistry;
import com.hazelcast.nio.MemberSocketInterceptor;
import dev.skep.conf.Reason;
import dev.skep.conf.control.ControlProtocol;
import dev.skep.conf.control.FrontDoor;
import dev.skep.conf.control.RefusalLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A Hazelcast member as any other, all of whose connections are mutual TLS: an engine stands
 * between each socket and Hazelcast's own handlers, and lets no byte through, either way, before
 * the peer is admitted. Hazelcast has the place for it, but fills it in its paid edition only. One
 * object is for one member.
 *
 * <p>What it is built on is internal to Hazelcast, and may change with its version.
 */
final class MemberTls extends DefaultNodeContext {
  private static final String NO_LONGER = "its certificate is no longer admitted";

  private final PeerTls tls;
  private final FrontDoor door;
  private final Handshakes handshakes;
  private final RefusalLog refusals;
  private final Set<MemberConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Node node;
  private volatile @Nullable AddressPicker addresses;

  /**
   * @param door leads to this member as soon as it can be reached
   */
  MemberTls(PeerTls tls, FrontDoor door, Handshakes handshakes, RefusalLog refusals) {
    this.tls = tls;
    this.door = door;
    this.handshakes = handshakes;
    this.refusals = refusals;
  }

  @Override
  public AddressPicker createAddressPicker(Node created) {
    AddressPicker picker = super.createAddressPicker(created);
    addresses = picker;
    return picker;
  }

  /** Its socket is bound by now; who connects before it accepts waits. */
  @Override
  public Server createServer(
      Node created, ServerSocketRegistry sockets, LocalAddressRegistry registry) {
    Address bound = Objects.requireNonNull(addresses).getBindAddress(EndpointQualifier.MEMBER);
    door.route(
        ControlProtocol.MEMBERS,
        new InetSocketAddress(InetAddress.ofLiteral(bound.getHost()), bound.getPort()));
    return super.createServer(created, sockets, registry);
  }

  @Override
  public NodeExtension createNodeExtension(Node created) {
    node = created;
    return new DefaultNodeExtension(created) {
      @Override
      public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
          ServerContext context) {
        var plain = super.createChannelInitializerFn(context);
        return endpoint -> channel -> guard(channel, plain.apply(endpoint));
      }

      @Override
      public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier endpoint) {
        return new DoorCheck(door, refusals);
      }
    };
  }

  private void guard(Channel channel, ChannelInitializer plain) throws Exception {
    MemberConnection connection = new MemberConnection(channel, engine(channel), this);
    channel.inboundPipeline().addLast(new MemberDecryption(connection)); // sees what comes first
    plain.initChannel(channel);
    channel.outboundPipeline().addLast(new MemberEncryption(connection)); // and what goes last
    connections.add(connection);
    connection.begin();
    Future<?> late = handshakes.whenLate(connection::late);
    channel.addCloseListener(closed -> {
      late.cancel(false);
      connections.remove(connection);
    });
  }

  private SSLEngine engine(Channel channel) {
    if (!channel.isClientMode()) {
      return tls.accepting(ControlProtocol.MEMBERS);
    }
    // Hazelcast keeps there where it connects to.
    Object remote = Objects.requireNonNull(channel.attributeMap().get(Address.class));
    Address to = (Address) remote;
    return tls.connecting(ControlProtocol.MEMBERS, to.getHost(), to.getPort());
  }

  /** The handshake is done. Throws when the peer may not go on. */
  void requireAdmitted(Channel channel, SSLEngine engine) throws SSLException {
    tls.requireAdmitted(ControlProtocol.MEMBERS, engine);
    if (!channel.isClientMode()) {
      door.admitted(channel.remoteSocketAddress());
    }
  }

  /** Runs a signature or a check, away from Hazelcast's own threads. */
  void handshakes(Runnable task) {
    handshakes.thread().execute(task);
  }

  void refused(Channel channel, Throwable cause) {
    SocketAddress peer = channel.remoteSocketAddress();
    InetSocketAddress origin = channel.isClientMode() ? null : door.origin(peer);
    refusals.add(origin == null ? peer : origin, Reason.of(cause));
  }

  /**
   * Asks again about each peer. Those that are no longer admitted are out at once, of the cluster
   * too: not only when they have been silent for long enough.
   */
  void recheck() {
    Node member = node;
    for (MemberConnection connection : connections) {
      if (member == null || !connection.isKnown() || tls.admits(connection.engine())) {
        continue;
      }
      connection.fail(new SSLException(NO_LONGER));
      ServerConnection joined =
          (ServerConnection) connection.channel().attributeMap().get(ServerConnection.class);
      if (joined != null) {
        joined.close(NO_LONGER, null);
        suspect(member.getClusterService(), joined.getRemoteAddress());
      }
    }
  }

  private static void suspect(ClusterServiceImpl cluster, @Nullable Address address) {
    MemberImpl expelled = address == null ? null : cluster.getMember(address);
    if (expelled != null && !expelled.localMember()) {
      cluster.suspectMember(expelled, NO_LONGER, true);
    }
  }
}
