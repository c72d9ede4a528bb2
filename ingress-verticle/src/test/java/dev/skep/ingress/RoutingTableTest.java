package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.ingress.RoutingTable.OwnTask;
import dev.skep.ingress.RoutingTable.Route;
import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private static final Endpoint OWN = new Endpoint("t1", "me", "172.17.0.2", 80, "127.0.0.2:7946");
  private static final Endpoint OTHER =
      new Endpoint("t2", "other", "172.17.0.2", 80, "127.0.0.3:7946");

  private static RoutingTable table(PortRoute... ports) {
    return RoutingTable.from("me", new Routes(1, 1, List.of(ports)));
  }

  private static PortRoute route(int port, String protocol, Endpoint... endpoints) {
    return new PortRoute(port, protocol, "s", "web", List.of(endpoints));
  }

  @Test
  void own_tasks_are_reached_at_their_containers_others_at_their_nodes() {
    assertThat(table(route(8080, "tcp", OWN, OTHER)).routes())
        .containsEntry(
            8080,
            new Route(
                8080,
                List.of(
                    new Target("t1", 80, HostPort.of("172.17.0.2", 80), false),
                    new Target("t2", 80, HostPort.of("127.0.0.3", 7946), true))));
  }

  @Test
  void only_own_tasks_can_be_asked_for_by_other_nodes() {
    assertThat(table(route(8080, "tcp", OWN, OTHER)).own()).containsOnlyKeys(new OwnTask("t1", 80));
  }

  @Test
  void endpoints_without_a_usable_address_get_no_traffic_but_are_known() {
    RoutingTable table =
        table(
            route(
                8080,
                "tcp",
                new Endpoint("t1", "me", "", 80, null),
                new Endpoint("t2", "me", "host.example", 80, null),
                new Endpoint("t3", "other", "172.17.0.2", 80, null),
                new Endpoint("t4", "other", "172.17.0.2", 80, "nonsense"),
                new Endpoint("t5", "me", "::1", 80, null)));
    assertThat(table.routes())
        .containsEntry(
            8080, new Route(8080, List.of(new Target("t5", 80, HostPort.of("::1", 80), false))));
    assertThat(table.tasks()).containsExactlyInAnyOrder("t1", "t2", "t3", "t4", "t5");
  }

  @Test
  void other_protocols_are_refused_with_a_reason() {
    RoutingTable table = table(route(53, "udp", OWN), route(54, "sctp", OWN));
    assertThat(table.routes()).isEmpty();
    assertThat(table.unsupported())
        .containsExactly(
            new RefusedPort(53, "udp", "udp is not supported by the user-space ingress yet"),
            new RefusedPort(54, "sctp", "sctp is not supported by the user-space ingress yet"));
  }

  @Test
  void the_later_leader_wins_then_the_later_snapshot() {
    RoutingTable first = RoutingTable.from("me", new Routes(1, 9, List.of()));
    assertThat(RoutingTable.from("me", new Routes(1, 10, List.of())).supersedes(first)).isTrue();
    assertThat(RoutingTable.from("me", new Routes(2, 1, List.of())).supersedes(first)).isTrue();
    assertThat(RoutingTable.from("me", new Routes(1, 9, List.of())).supersedes(first)).isFalse();
    assertThat(RoutingTable.from("me", new Routes(1, 8, List.of())).supersedes(first)).isFalse();
    assertThat(RoutingTable.from("me", new Routes(0, 99, List.of())).supersedes(first)).isFalse();
  }
}
