package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.ingress.RoutingTable.Route;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.net.HostPort;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RouteChangeTest {
  private static Port tcp(int port) {
    return new Port(port, "tcp");
  }

  private static Route route(int port, String... taskIds) {
    return route(tcp(port), taskIds);
  }

  private static Route route(Port port, String... taskIds) {
    HostPort address = HostPort.of("172.17.0.2", 80);
    return new Route(
        port,
        Arrays.stream(taskIds)
            .map(id -> new Target(id, "n1", true, 80, "net", address, null))
            .toList());
  }

  private static SortedMap<Port, Route> routes(Route... routes) {
    SortedMap<Port, Route> map = new TreeMap<>(RoutingTable.BY_PORT);
    for (Route route : routes) {
      map.put(route.port(), route);
    }
    return map;
  }

  @Test
  void new_ports_are_opened_and_gone_ones_closed() {
    assertThat(
            RouteChange.between(
                routes(route(1, "a"), route(2, "b")), routes(route(2, "b"), route(3, "c"))))
        .isEqualTo(new RouteChange(List.of(tcp(1)), List.of(route(3, "c")), List.of()));
  }

  @Test
  void a_port_of_another_protocol_is_another_port() {
    Route udp = route(new Port(1, "udp"), "a");
    assertThat(RouteChange.between(routes(route(1, "a")), routes(udp)))
        .isEqualTo(new RouteChange(List.of(tcp(1)), List.of(udp), List.of()));
  }

  @Test
  void a_port_whose_tasks_changed_stays_open() {
    assertThat(
            RouteChange.between(
                routes(route(1, "a"), route(2, "b")), routes(route(1, "a", "c"), route(2))))
        .isEqualTo(new RouteChange(List.of(), List.of(), List.of(route(1, "a", "c"), route(2))));
  }

  @Test
  void the_same_again_changes_nothing() {
    assertThat(RouteChange.between(routes(route(1, "a")), routes(route(1, "a"))).isEmpty())
        .isTrue();
    assertThat(RouteChange.between(routes(), routes()).isEmpty()).isTrue();
  }

  @Test
  void a_port_that_could_not_be_opened_is_tried_again() {
    assertThat(RouteChange.between(routes(), routes(route(1, "a"))).listen())
        .containsExactly(route(1, "a"));
  }
}
