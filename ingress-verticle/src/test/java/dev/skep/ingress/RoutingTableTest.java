package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.ingress.RoutingTable.Route;
import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.net.HostPort;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private static final PlaneCapabilities TCP =
      new PlaneCapabilities("test", Set.of("tcp"), true, true, false);
  private static final PlaneCapabilities NO_HOST =
      new PlaneCapabilities("test", Set.of("tcp", "udp"), false, true, false);
  private static final Port WEB = new Port(8080, "tcp");
  private static final Endpoint OWN = endpoint("t1", "me", "172.17.0.2", "127.0.0.2:7946");
  private static final Endpoint OTHER = endpoint("t2", "other", "172.17.0.2", "127.0.0.3:7946");

  private static Endpoint endpoint(
      String task, String node, String address, @Nullable String mesh) {
    return new Endpoint(task, node, address, "net", 80, mesh);
  }

  private static Target target(
      String task, String node, @Nullable String address, @Nullable String mesh) {
    return new Target(
        task,
        node,
        node.equals("me"),
        80,
        "net",
        address == null ? null : HostPort.of(address, 80),
        mesh == null ? null : HostPort.parse(mesh));
  }

  private static RoutingTable table(PlaneCapabilities can, PortRoute... ports) {
    return RoutingTable.from("me", can, new Routes(1, 1, List.of(ports)));
  }

  private static PortRoute route(int port, String protocol, Endpoint... endpoints) {
    return new PortRoute(port, protocol, "s", "web", List.of(endpoints));
  }

  @Test
  void tasks_are_known_by_their_own_and_their_nodes_addresses() {
    assertThat(table(TCP, route(8080, "tcp", OWN, OTHER)).routes())
        .containsEntry(
            WEB,
            new Route(
                WEB,
                List.of(
                    target("t1", "me", "172.17.0.2", "127.0.0.2:7946"),
                    target("t2", "other", "172.17.0.2", "127.0.0.3:7946"))));
  }

  @Test
  void what_is_no_literal_address_is_none() {
    RoutingTable table =
        table(
            TCP,
            route(
                8080,
                "tcp",
                endpoint("t1", "me", "", null),
                endpoint("t2", "me", "host.example", null),
                endpoint("t3", "other", "172.17.0.2", "nonsense"),
                endpoint("t4", "me", "::1", null)));
    assertThat(table.routes())
        .containsEntry(
            WEB,
            new Route(
                WEB,
                List.of(
                    target("t1", "me", null, null),
                    target("t2", "me", null, null),
                    target("t3", "other", "172.17.0.2", null),
                    target("t4", "me", "::1", null))));
    assertThat(table.tasks()).containsExactlyInAnyOrder("t1", "t2", "t3", "t4");
  }

  @Test
  void other_protocols_are_refused_with_a_reason() {
    RoutingTable table = table(TCP, route(53, "udp", OWN), route(54, "sctp", OWN));
    assertThat(table.routes()).isEmpty();
    assertThat(table.unsupported())
        .containsExactly(
            new RefusedPort(53, "udp", "udp is not supported by the test ingress yet"),
            new RefusedPort(54, "sctp", "sctp is not supported by the test ingress yet"));
  }

  @Test
  void one_number_may_be_published_once_for_each_protocol() {
    RoutingTable table = table(NO_HOST, route(53, "udp", OWN), route(53, "tcp", OTHER));
    assertThat(table.routes().keySet()).containsExactly(new Port(53, "tcp"), new Port(53, "udp"));
    assertThat(table.unsupported()).isEmpty();
  }

  @Test
  void a_plane_that_does_not_lead_to_host_addresses_gets_none() {
    Endpoint onHost = new Endpoint("t3", "me", "10.0.0.1", Endpoint.HOST_NETWORK, 80, null);
    RoutingTable table = table(NO_HOST, route(8080, "tcp", OWN, onHost, onHost));
    assertThat(table.routes())
        .containsEntry(
            WEB, new Route(WEB, List.of(target("t1", "me", "172.17.0.2", "127.0.0.2:7946"))));
    assertThat(table.unsupported())
        .containsExactly(
            new RefusedPort(
                8080, "tcp", "the test ingress does not lead to tasks on the host's network"));
    assertThat(table(TCP, route(8080, "tcp", onHost)).unsupported()).isEmpty();
  }

  @Test
  void the_later_leader_wins_then_the_later_snapshot() {
    RoutingTable first = at(1, 9);
    assertThat(at(1, 10).supersedes(first)).isTrue();
    assertThat(at(2, 1).supersedes(first)).isTrue();
    assertThat(at(1, 9).supersedes(first)).isFalse();
    assertThat(at(1, 8).supersedes(first)).isFalse();
    assertThat(at(0, 99).supersedes(first)).isFalse();
  }

  private static RoutingTable at(long term, long index) {
    return RoutingTable.from("me", TCP, new Routes(term, index, List.of()));
  }
}
