package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.ingress.Client;
import dev.skep.ingress.FakeTask;
import dev.skep.ingress.IngressVerticle;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.PortsProbe;
import dev.skep.store.bus.message.IngressMessages.PortsProbed;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.net.HostPort;
import dev.skep.testkit.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortsTest {
  private static ServerSocket occupy(TestMesh mesh, int node) throws IOException {
    return new ServerSocket(mesh.port(), 1, InetAddress.ofLiteral(mesh.node(node).address()));
  }

  private static List<RefusedPort> lastReport(TestMesh mesh, String nodeId) {
    return mesh.reports().stream()
        .filter(report -> report.nodeId().equals(nodeId))
        .reduce((first, second) -> second)
        .map(PortReport::refused)
        .orElse(List.of(new RefusedPort(0, "tcp", "no report yet")));
  }

  @Test
  void a_port_in_use_is_reported_served_elsewhere_and_cured_once_it_is_free() throws IOException {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask task = mesh.answering(0, "t");
      try (ServerSocket _ = occupy(mesh, 0)) {
        mesh.route(task);
        TestMesh.until(() ->
            lastReport(mesh, "node0")
                .equals(List.of(new RefusedPort(mesh.port(), "tcp", "address already in use"))));
        assertThat(Client.ask(mesh.node(1).address(), mesh.port())).isEqualTo("t");
      }
      TestMesh.until(() -> lastReport(mesh, "node0").isEmpty());
      assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("t");
      assertThat(lastReport(mesh, "node1")).isEmpty();
    }
  }

  @Test
  void a_report_is_repeated_until_it_is_taken() throws IOException {
    try (TestMesh mesh = new TestMesh(1);
        ServerSocket _ = occupy(mesh, 0)) {
      mesh.refuseReports(2);
      mesh.route();
      TestMesh.until(() ->
          lastReport(mesh, "node0")
              .equals(List.of(new RefusedPort(mesh.port(), "tcp", "address already in use"))));
      assertThat(mesh.refusedReports()).isEqualTo(2);
    }
  }

  @Test
  void a_new_leader_hears_the_report_too() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      TestMesh.until(() -> !mesh.reports().isEmpty());
      int before = mesh.reports().size();
      mesh.newTerm();
      mesh.route(task);
      TestMesh.until(() -> mesh.reports().size() > before);
    }
  }

  @Test
  void udp_is_reported_as_not_supported() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.publish(
          List.of(new PortRoute(mesh.port(), "udp", "s", "dns", List.of(task.endpoint()))));
      TestMesh.until(() ->
          lastReport(mesh, "node0")
              .equals(
                  List.of(
                      new RefusedPort(
                          mesh.port(),
                          "udp",
                          "udp is not supported by the user-space ingress yet"))));
    }
  }

  @Test
  void a_probe_tells_which_ports_are_free_and_keeps_none() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      int free = mesh.port();
      assertThat(probe(mesh, new Port(free, "tcp"))).isEmpty();
      try (ServerSocket _ = occupy(mesh, 0)) {
        assertThat(probe(mesh, new Port(free, "tcp"), new Port(free, "udp")))
            .extracting(RefusedPort::error)
            .containsExactly(
                "address already in use", "udp is not supported by the user-space ingress yet");
      }
      mesh.route();
      assertThat(probe(mesh, new Port(free, "tcp"))).isEmpty();
      assertThat(probe(mesh)).isEmpty();
    }
  }

  private static List<RefusedPort> probe(TestMesh mesh, Port... ports) {
    return Await.result(
            mesh.bus()
                .request(
                    Addresses.ports("node0"),
                    new PortsProbe(List.of(ports)),
                    PortsProbed.class,
                    TestMesh.LIMIT))
        .refused();
  }

  @Test
  void a_port_no_longer_published_is_closed_and_keeps_its_connections() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      mesh.route(mesh.answering(0, "t"));
      try (Client client = Client.to(mesh.node(0).address(), mesh.port())) {
        client.ask("hello");
        mesh.publish(List.of());
        assertThatThrownBy(() -> Client.to(mesh.node(0).address(), mesh.port()))
            .isInstanceOf(ConnectException.class);
        assertThat(client.ask("still there")).isEqualTo("t");
      }
    }
  }

  @Test
  void an_older_table_changes_nothing() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      mesh.newTerm();
      mesh.route(mesh.answering(0, "t"));
      long index = mesh.node(0).ingress().appliedIndex();
      mesh.bus().publish(Addresses.ROUTES, new Routes(2, index - 1, List.of()));
      mesh.bus().publish(Addresses.ROUTES, new Routes(1, index + 7, List.of()));
      mesh.bus().publish(Addresses.ROUTES, new Routes(2, index, List.of()));
      probe(mesh); // messages come in order: the tables have been seen
      assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("t");
      assertThat(mesh.node(0).ingress().appliedIndex()).isEqualTo(index);
    }
  }

  @Test
  void a_table_that_was_published_to_nobody_is_fetched() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      mesh.answerOnly(
          List.of(TestMesh.portRoute(mesh.port(), List.of(mesh.answering(0, "t").endpoint()))));
      TestMesh.until(() -> mesh.node(0).ingress().appliedIndex() > 0);
      assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("t");
    }
  }

  @Test
  void a_mesh_port_in_use_is_said_at_the_start() throws IOException {
    Vertx vertx = Vertx.vertx();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.2"))) {
      IngressVerticle ingress =
          new IngressVerticle(
              "node",
              new Bus(vertx.eventBus(), TestKeys.ALL),
              UserSpacePlane.opener(
                  "node", "127.0.0.2", HostPort.of("127.0.0.2", taken.getLocalPort())));
      assertThat(Await.failure(vertx.deployVerticle(ingress)))
          .hasRootCauseMessage("bind(..) failed with error(-98): Address already in use")
          .hasMessageContaining("cannot listen for other nodes on 127.0.0.2:");
      assertThatThrownBy(ingress::meshAddress).isInstanceOf(IllegalStateException.class);
    } finally {
      Await.result(vertx.close());
    }
  }
}
