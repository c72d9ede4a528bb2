package dev.skep.conf.bus;

import static dev.skep.conf.bus.TestSwarm.answer;
import static dev.skep.conf.bus.TestSwarm.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.conf.bus.TestSwarm.Node;
import dev.skep.conf.control.ControlProtocol;
import dev.skep.conf.control.FrontDoor;
import dev.skep.identity.Authority;
import dev.skep.identity.NodeName.Role;
import dev.skep.identity.tls.LiveIdentity;
import dev.skep.store.net.HostPort;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real sockets: nodes with certificates find each other behind their doors and talk. */
@Timeout(180)
class BusOverTlsTest {
  private final TestSwarm swarm = new TestSwarm();

  @AfterEach
  void leave() {
    swarm.close();
  }

  @Test
  void three_nodes_find_each_other_and_talk() {
    Node a = swarm.start("a", "127.94.1.1");
    Node b = swarm.start("b", "127.94.1.2", a);
    Node c = swarm.start("c", "127.94.1.3", a);

    assertThat(List.of(a.bus().size(), b.bus().size(), c.bus().size())).containsOnly(3);
    allTalk(a, b, c);
    assertThat(a.door().listener(ControlProtocol.BUS))
        .isNotNull()
        .extracting(listener -> listener.getAddress().isLoopbackAddress())
        .isEqualTo(true);
  }

  @Test
  void nothing_that_is_said_can_be_read_on_the_way() throws Exception {
    int port = FreePort.at("127.94.2.1", "127.94.2.2");
    String secret = "a-secret-that-nobody-else-may-read";
    Node a = start("a", "127.94.2.1", port);
    try (WireTap toA = tap(a)) {
      Node b = start("b", "127.94.2.2", port, a);
      try (WireTap toB = tap(b)) {
        answer(a);
        answer(b);

        assertThat(ask(a, b, secret)).isEqualTo("b" + secret);
        assertThat(ask(b, a, secret)).isEqualTo("a" + secret);

        assertThat(toA.passed() + toB.passed())
            .hasSizeGreaterThan(4_000)
            .contains("skep-bus", "hazelcast-member") // the names that a ClientHello offers
            .doesNotContain(secret, "ask.a", "ask.b", TestSwarm.CLUSTER, "HZC", "__vertx");
      }
    }
  }

  private Node start(String id, String address, int announced, Node... others) {
    return swarm.start(id, swarm.identity(id, Role.WORKER, address), address, announced, others);
  }

  private static WireTap tap(Node node) throws Exception {
    return new WireTap(
        node.self().socketAddress(), node.self().withPort(node.door().port()).socketAddress());
  }

  @Test
  void certificates_are_exchanged_while_the_bus_goes_on() {
    Node a = swarm.start("a", "127.94.3.1");
    Node b = swarm.start("b", "127.94.3.2", a);
    TestSwarm later =
        new TestSwarm(Authority.create(TestSwarm.CLUSTER, Instant.now(), TestSwarm.RANDOM));
    var both = List.of(swarm.root(), later.root());

    // As a root is exchanged: all trust both, then all show the new, then the old is forgotten.
    for (Node node : List.of(a, b)) {
      node.identity().exchange(node.identity().certificate(), both);
    }
    for (Node node : List.of(a, b)) {
      node.identity()
          .exchange(
              later.certificate(node.id(), Role.WORKER, node.self().address().toString()), both);
    }
    for (Node node : List.of(a, b)) {
      node.identity().trustOnly(List.of(later.root()));
    }
    LiveIdentity identity = later.identity("c", Role.WORKER, "127.94.3.3");
    Node c = swarm.start("c", identity, "127.94.3.3", 0, a);

    assertThat(a.bus().size()).isEqualTo(3);
    allTalk(a, b, c);
  }

  @Test
  void who_shows_an_authority_that_is_trusted_no_more_is_out_at_the_next_look() {
    Node a = swarm.start("a", "127.94.4.1");
    swarm.start("b", "127.94.4.2", a);
    TestSwarm later =
        new TestSwarm(Authority.create(TestSwarm.CLUSTER, Instant.now(), TestSwarm.RANDOM));

    a.identity().exchange(later.certificate("a", Role.WORKER, "127.94.4.1"), List.of(later.root()));
    assertThat(a.bus().size()).isEqualTo(2);
    a.bus().recheck();

    Await.until("b is out", () -> a.bus().size() == 1);
  }

  @Test
  void a_removed_node_is_out_at_once_and_the_others_stay() {
    Node a = swarm.start("a", "127.94.5.1");
    Node b = swarm.start("b", "127.94.5.2", a);
    Node c = swarm.start("c", "127.94.5.3", a);
    allTalk(a, b, c);

    swarm.remove("c");
    long before = System.nanoTime();
    a.bus().recheck();
    b.bus().recheck();
    Await.until("it is out", () -> a.bus().size() == 2 && b.bus().size() == 2);

    assertThat(System.nanoTime() - before).isLessThan(5_000_000_000L); // not by its silence
    assertThat(ask(a, b, "?")).isEqualTo("b?");
    assertThat(ask(b, a, "?")).isEqualTo("a?");
    // Those whom it knows are the ones that it may still ask: itself.
    assertThat(Await.failure(request(c, "ask.a"))).isNotNull();
    assertThat(Await.failure(request(a, "ask.c"))).isNotNull();
  }

  private static io.vertx.core.Future<?> request(Node asking, String address) {
    return asking
        .bus()
        .vertx()
        .eventBus()
        .request(address, "?", new io.vertx.core.eventbus.DeliveryOptions().setSendTimeout(3_000));
  }

  @Test
  void who_is_not_at_the_address_of_its_certificate_gets_no_message() {
    Node a = swarm.start("a", "127.94.6.1");
    LiveIdentity elsewhere = swarm.identity("b", Role.WORKER, "127.94.6.9");
    Node b = swarm.start("b", elsewhere, "127.94.6.2", 0, a);
    answer(b);

    assertThat(Await.failure(a.bus().vertx().eventBus().sender("ask.b").write("?")))
        .hasMessageContaining("No subject alternative names matching IP address 127.94.6.2");
  }

  @Test
  void who_leaves_takes_its_routes_with_it_and_the_door_stays() {
    Node a = swarm.start("a", "127.94.7.1");
    FrontDoor door = a.door();

    Await.result(a.bus().close());

    assertThat(door.listener(ControlProtocol.BUS)).isNull();
    assertThat(door.listener(ControlProtocol.MEMBERS)).isNull();
    BusCluster again =
        BusCluster.start(
            TestSwarm.CLUSTER,
            PeerTls.of(a.identity(), all -> true),
            door,
            a.self(),
            List.of(),
            TestSwarm.RANDOM);
    assertThat(again.size()).isEqualTo(1);
    Await.result(again.close());
  }

  @Test
  void fifty_memberships_take_their_threads_with_them() {
    LiveIdentity identity = swarm.identity("a", Role.WORKER, "127.94.8.1");
    FrontDoor door =
        Await.result(
            FrontDoor.listen(HostPort.of("127.94.8.1", FreePort.at("127.94.8.1")).socketAddress()));
    try {
      round(identity, door); // what stays of the first is made once for all of them
      Set<Thread> before = threads();
      for (int i = 0; i < 50; i++) {
        round(identity, door);
      }
      Await.until("all threads end", () -> before.containsAll(threads()));
    } finally {
      Await.result(door.close());
    }
  }

  private static void round(LiveIdentity identity, FrontDoor door) {
    BusCluster bus =
        BusCluster.start(
            "rounds",
            PeerTls.of(identity, all -> true),
            door,
            HostPort.of("127.94.8.1", door.port()),
            List.of(),
            TestSwarm.RANDOM);
    bus.vertx().eventBus().consumer("anything", message -> {});
    Await.result(bus.close());
  }

  /** Those of the bus that live. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("(vertx-hazelcast|hz\\.|vert\\.x-|skep-bus).*"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static void allTalk(Node... nodes) {
    for (Node node : nodes) {
      answer(node);
    }
    for (Node asking : nodes) {
      for (Node asked : nodes) {
        assertThat(ask(asking, asked, "?")).isEqualTo(asked.id() + "?");
      }
    }
  }
}
