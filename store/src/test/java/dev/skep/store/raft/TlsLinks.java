package dev.skep.store.raft;

import dev.skep.identity.Authority;
import dev.skep.identity.IdentityException;
import dev.skep.identity.NodeAddresses;
import dev.skep.identity.NodeCertificate;
import dev.skep.identity.NodeKeyPair;
import dev.skep.identity.NodeName;
import dev.skep.identity.NodeName.Role;
import dev.skep.identity.tls.LiveIdentity;
import dev.skep.store.net.HostPort;
import dev.skep.store.raft.transport.GrpcTransport;
import dev.skep.store.raft.transport.RaftNetwork;
import dev.skep.store.raft.transport.Transport;
import dev.skep.testkit.FreePort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** gRPC in mutual TLS on loopback addresses, with a {@link Door} for each member. */
final class TlsLinks implements Links {
  static final Predicate<X509Certificate> MANAGERS =
      certificate -> NodeName.of(certificate).role() == Role.MANAGER;

  private static final String HOST = "127.0.0.1";
  private static final String CLUSTER = "c1";

  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock = InstantSource.system();
  private final Authority authority = Authority.create(CLUSTER, clock.instant(), random);
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private final Map<String, Door> doors = new ConcurrentHashMap<>();

  /** Somebody with a certificate of this cluster. */
  LiveIdentity identity(String node, Role role) {
    NodeKeyPair key = NodeKeyPair.create(random);
    NodeCertificate certificate =
        key.certified(
            authority.sign(
                key.request(random),
                new NodeName(node, role, CLUSTER),
                NodeAddresses.of(List.of(HOST)),
                Authority.EXPIRY_DEFAULT,
                clock.instant(),
                random));
    return new LiveIdentity(certificate, List.of(authority.root()), clock);
  }

  @Override
  public Transport of(String member) {
    Door door = doors.computeIfAbsent(member, name -> new Door(address(name).socketAddress()));
    return new GrpcTransport(network(member, Role.MANAGER, door::leadsTo));
  }

  /** That of somebody with a certificate of this cluster. */
  RaftNetwork network(String node, Role role, Consumer<InetSocketAddress> bound) {
    LiveIdentity identity = identity(node, role);
    return new RaftNetwork(
        InetAddress.ofLiteral(HOST),
        identity.keys(),
        identity.trust(MANAGERS),
        session -> {
          try {
            var _ = identity.requirePeer(session, MANAGERS);
            return true;
          } catch (IdentityException e) {
            return false;
          }
        },
        bound);
  }

  @Override
  public HostPort address(String member) {
    return HostPort.of(HOST, ports.computeIfAbsent(member, name -> FreePort.at(HOST)));
  }

  @Override
  public void move(String member) {
    shut(member);
    ports.remove(member);
  }

  private void shut(String member) {
    Door door = doors.remove(member);
    if (door != null) {
      door.close();
    }
  }

  @Override
  public void heal() {
    // nothing was cut
  }

  @Override
  public void close() {
    List.copyOf(doors.keySet()).forEach(this::shut);
  }
}
