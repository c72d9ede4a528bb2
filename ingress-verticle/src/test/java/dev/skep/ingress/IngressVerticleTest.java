package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.IngressMessages.Drain;
import dev.skep.store.bus.message.IngressMessages.Drained;
import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.PortReportTaken;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.PortsProbe;
import dev.skep.store.bus.message.IngressMessages.PortsProbed;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verticle's own logic, with a plane that moves nothing. */
class IngressVerticleTest {
  private static final Port WEB = new Port(80, "tcp");
  private static final Port DNS = new Port(53, "udp");

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);
  private final FakePlane plane = new FakePlane();
  private final IngressVerticle ingress = new IngressVerticle("me", bus, plane.opener());
  private final List<PortReport> reports = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Routes routes = routes(1);

  @BeforeEach
  void start() throws InterruptedException {
    Await.result(
        bus.answer(
                Addresses.ROUTES_REQUEST,
                RoutesRequest.class,
                request -> {
                  requests.incrementAndGet();
                  return Future.succeededFuture(routes);
                })
            .completion());
    Await.result(
        bus.answer(
                Addresses.PORT_REPORT,
                PortReport.class,
                report -> {
                  reports.add(report);
                  return Future.succeededFuture(new PortReportTaken());
                })
            .completion());
    Await.result(vertx.deployVerticle(ingress));
    plane.next().answer().complete(List.of());
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
    assertThat(plane.isClosed()).isTrue();
  }

  private static Routes routes(long index, Port... ports) {
    Endpoint task = new Endpoint("t", "me", "172.17.0.2", "net", 80, null);
    return new Routes(
        1,
        index,
        Arrays.stream(ports)
            .map(port -> new PortRoute(port.port(), port.protocol(), "s", "web", List.of(task)))
            .toList());
  }

  private void publish(long index, Port... ports) {
    routes = routes(index, ports);
    bus.publish(Addresses.ROUTES, routes);
  }

  @Test
  void a_plane_that_needs_no_mesh_address_has_none() {
    assertThat(ingress.meshAddress()).isNull();
  }

  @Test
  void one_change_after_the_other_and_only_the_newest_of_what_came_meanwhile() throws Exception {
    publish(2, WEB);
    FakePlane.Applied first = plane.next();
    assertThat(first.change().listen()).extracting(RoutingTable.Route::port).containsExactly(WEB);
    publish(3);
    publish(4, WEB, DNS);
    Await.result(probe(WEB)); // messages come in order: both tables have been seen
    assertThat(plane.isAsked()).isFalse();
    first.answer().complete(List.of());
    FakePlane.Applied second = plane.next();
    assertThat(second.table().index()).isEqualTo(4);
    assertThat(second.change().unlisten()).isEmpty();
    assertThat(second.change().listen()).extracting(RoutingTable.Route::port).containsExactly(DNS);
    second.answer().complete(List.of());
    Await.until("the newest table is in force", () -> ingress.appliedIndex() == 4);
    assertThat(plane.isAsked()).isFalse();
  }

  @Test
  void what_the_plane_refused_is_reported_and_asked_for_again() throws Exception {
    RefusedPort refused = new RefusedPort(80, "tcp", "address already in use");
    publish(2, WEB, DNS);
    plane.next().answer().complete(List.of(refused));
    Await.until("the port is reported", () -> last().equals(List.of(refused)));
    FakePlane.Applied again = plane.next();
    assertThat(again.change().listen()).extracting(RoutingTable.Route::port).containsExactly(WEB);
    again.answer().complete(List.of());
    Await.until("the port is cured", () -> last().isEmpty());
  }

  @Test
  void a_change_that_failed_is_made_again() throws Exception {
    publish(2, WEB);
    plane.next().answer().fail("no nft here");
    FakePlane.Applied again = plane.next();
    assertThat(again.change().listen()).extracting(RoutingTable.Route::port).containsExactly(WEB);
    again.answer().complete(List.of());
    Await.until("the table is in force", () -> ingress.appliedIndex() == 2);
  }

  @Test
  void what_the_plane_cannot_do_is_refused_in_words_and_never_asked_of_it() throws Exception {
    RefusedPort sctp = new RefusedPort(9, "sctp", "sctp is not supported by the fake ingress yet");
    publish(2, new Port(9, "sctp"));
    FakePlane.Applied applied = plane.next();
    assertThat(applied.change().isEmpty()).isTrue();
    applied.answer().complete(List.of());
    Await.until("the port is reported", () -> last().equals(List.of(sctp)));
    assertThat(Await.result(probe(WEB, new Port(9, "sctp"), DNS)).refused()).containsExactly(sctp);
    assertThat(plane.probed()).containsExactlyInAnyOrder(WEB, DNS);
  }

  @Test
  void a_plane_that_doubts_its_table_gets_a_newer_one() throws Exception {
    routes = routes(7, WEB); // nobody is told
    plane.refresh();
    FakePlane.Applied applied = plane.next();
    assertThat(applied.table().index()).isEqualTo(7);
    applied.answer().complete(List.of());
    assertThat(requests.get()).isGreaterThan(1);
  }

  @Test
  void a_drain_is_the_planes() {
    assertThat(
            Await.result(
                bus.request(
                    Addresses.drain("me"),
                    new Drain("t", 10),
                    Drained.class,
                    Duration.ofSeconds(5))))
        .isEqualTo(new Drained("t", 0));
  }

  @Test
  void a_plane_that_does_not_open_is_the_starts_failure() {
    IngressVerticle none =
        new IngressVerticle(
            "other",
            bus,
            refresh -> {
              throw new IOException("this host has no such plane");
            });
    assertThat(Await.failure(vertx.deployVerticle(none))).hasMessage("this host has no such plane");
  }

  private List<RefusedPort> last() {
    return reports.isEmpty()
        ? List.of(new RefusedPort(0, "", "none"))
        : reports.getLast().refused();
  }

  private Future<PortsProbed> probe(Port... ports) {
    return bus.request(
        Addresses.ports("me"),
        new PortsProbe(List.of(ports)),
        PortsProbed.class,
        Duration.ofSeconds(5));
  }
}
