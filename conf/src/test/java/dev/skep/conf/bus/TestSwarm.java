package dev.skep.conf.bus;

import dev.skep.conf.control.FrontDoor;
import dev.skep.identity.Authority;
import dev.skep.identity.NodeAddresses;
import dev.skep.identity.NodeCertificate;
import dev.skep.identity.NodeKeyPair;
import dev.skep.identity.NodeName;
import dev.skep.identity.NodeName.Role;
import dev.skep.identity.RootCertificate;
import dev.skep.identity.tls.LiveIdentity;
import dev.skep.store.net.HostPort;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A certificate authority, and nodes of its cluster with their doors and buses in one JVM. */
final class TestSwarm implements AutoCloseable {
  static final String CLUSTER = "cluster1";
  static final SecureRandom RANDOM = new SecureRandom();

  /** A node on the bus. */
  record Node(String id, LiveIdentity identity, FrontDoor door, HostPort self, BusCluster bus) {}

  private final Authority authority;
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> removed = ConcurrentHashMap.newKeySet();

  TestSwarm() {
    this(Authority.create(CLUSTER, Instant.now(), RANDOM));
  }

  TestSwarm(Authority authority) {
    this.authority = authority;
  }

  RootCertificate root() {
    return authority.root();
  }

  /** What a node of this id shows, at its address. */
  NodeCertificate certificate(String id, Role role, String address) {
    NodeKeyPair key = NodeKeyPair.create(RANDOM);
    return key.certified(
        authority.sign(
            key.request(RANDOM),
            new NodeName(id, role, CLUSTER),
            NodeAddresses.of(List.of(address)),
            Duration.ofDays(90),
            Instant.now(),
            RANDOM));
  }

  LiveIdentity identity(String id, Role role, String address) {
    return new LiveIdentity(
        certificate(id, role, address), List.of(authority.root()), Clock.systemUTC());
  }

  /** Puts a node on the bus that looks for these others. */
  Node start(String id, String address, Node... others) {
    return start(id, identity(id, Role.WORKER, address), address, 0, others);
  }

  /**
   * Puts a node on the bus.
   *
   * @param announced the port where others reach its door; 0 for the door's own
   */
  Node start(String id, LiveIdentity identity, String address, int announced, Node... others) {
    FrontDoor door =
        Await.result(FrontDoor.listen(HostPort.of(address, FreePort.at(address)).socketAddress()));
    HostPort self = HostPort.of(address, announced == 0 ? door.port() : announced);
    BusCluster bus =
        BusCluster.start(
            CLUSTER,
            PeerTls.of(identity, this::admits),
            door,
            self,
            Arrays.stream(others).map(Node::self).toList(),
            RANDOM);
    Node node = new Node(id, identity, door, self, bus);
    nodes.add(node);
    return node;
  }

  private boolean admits(X509Certificate certificate) {
    return !removed.contains(NodeName.of(certificate).nodeId());
  }

  /** No node admits it any more, as soon as it looks again. */
  void remove(String id) {
    removed.add(id);
  }

  List<Node> nodes() {
    return nodes;
  }

  static void answer(Node node) {
    Await.result(
        node.bus()
            .vertx()
            .eventBus()
            .consumer("ask." + node.id(), message -> message.reply(node.id() + message.body()))
            .completion());
  }

  static String ask(Node asking, Node asked, String what) {
    return Await.result(
        asking
            .bus()
            .vertx()
            .eventBus()
            .<String>request("ask." + asked.id(), what)
            .map(reply -> reply.body()));
  }

  static void close(Node node) {
    Await.result(node.bus().close());
    Await.result(node.door().close());
  }

  @Override
  public void close() {
    nodes.reversed().forEach(TestSwarm::close);
  }
}
