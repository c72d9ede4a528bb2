package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every data plane must do for the published TCP ports of a node. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class DataPlaneContract {
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final List<FakeTask> tasks = new ArrayList<>();
  private DataPlane plane;
  private SortedMap<Port, RoutingTable.Route> open = new TreeMap<>(RoutingTable.BY_PORT);
  private long index;
  private Port port;

  /** A plane of the node {@code me} that publishes at {@link #address}. */
  protected abstract DataPlane open(Runnable refresh) throws IOException;

  /** The literal address at which published ports of this node answer. */
  protected abstract String address();

  @BeforeEach
  void start() throws IOException {
    plane = open(() -> {});
    port = new Port(FreePort.at(address()), "tcp");
  }

  @AfterEach
  void stop() throws IOException {
    Await.result(plane.close());
    for (FakeTask task : tasks) {
      task.close();
    }
  }

  private FakeTask task(String id) throws IOException {
    FakeTask task = FakeTask.answering("me", null, id);
    tasks.add(task);
    return task;
  }

  private List<RefusedPort> publish(PortRoute... ports) {
    RoutingTable table =
        RoutingTable.from("me", plane.capabilities(), new Routes(1, ++index, List.of(ports)));
    List<RefusedPort> refused =
        Await.result(plane.apply(table, RouteChange.between(open, table.routes())));
    open = new TreeMap<>(table.routes());
    refused.forEach(one -> open.remove(new Port(one.port(), one.protocol())));
    return refused;
  }

  private PortRoute route(FakeTask... to) {
    return new PortRoute(
        port.port(), "tcp", "s", "web", Arrays.stream(to).map(FakeTask::endpoint).toList());
  }

  private String ask() throws IOException {
    return Client.ask(address(), port.port());
  }

  @Test
  void it_says_what_it_can_do() {
    assertThat(plane.capabilities().protocols()).contains("tcp");
    assertThat(plane.capabilities().name()).isNotBlank();
  }

  @Test
  void each_new_connection_goes_to_the_next_task() throws IOException {
    assertThat(publish(route(task("a"), task("b"), task("c")))).isEmpty();
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(ask());
    }
    assertThat(answers).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void a_changed_route_is_for_new_connections_and_leaves_established_ones() throws IOException {
    publish(route(task("before")));
    try (Client client = Client.to(address(), port.port())) {
      assertThat(client.ask("one")).isEqualTo("before");
      assertThat(publish(route(task("after")))).isEmpty();
      assertThat(ask()).isEqualTo("after");
      assertThat(client.ask("two")).isEqualTo("before");
    }
  }

  @Test
  void a_port_that_is_published_no_more_is_closed_and_can_be_published_again() throws IOException {
    FakeTask task = task("a");
    publish(route(task));
    publish();
    assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
    assertThat(publish(route(task))).isEmpty();
    assertThat(ask()).isEqualTo("a");
  }

  @Test
  void a_drained_task_gets_no_new_connections_and_keeps_the_others() throws IOException {
    FakeTask leaving = task("leaving");
    FakeTask staying = task("staying");
    publish(route(leaving));
    try (Client client = Client.to(address(), port.port())) {
      assertThat(client.ask("one")).isEqualTo("leaving");
      publish(route(leaving, staying));
      assertThat(Await.result(plane.drain("leaving", GRACE))).isZero();
      for (int i = 0; i < 4; i++) {
        assertThat(ask()).isEqualTo("staying");
      }
      assertThat(client.ask("two")).isEqualTo("leaving");
    }
  }

  @Test
  void a_probe_finds_free_ports_free_and_keeps_none() throws IOException {
    assertThat(Await.result(plane.probe(List.of(port)))).isEmpty();
    try (ServerSocket socket = new ServerSocket(port.port(), 1, InetAddress.ofLiteral(address()))) {
      assertThat(socket.isBound()).isTrue();
    }
    publish(route(task("a")));
    assertThat(Await.result(plane.probe(List.of(port)))).isEmpty();
  }

  @Test
  void a_closed_plane_serves_nobody() throws IOException {
    publish(route(task("a")));
    try (Client client = Client.to(address(), port.port())) {
      client.ask("one");
      Await.result(plane.close());
      assertThatThrownBy(() -> client.ask("two")).isInstanceOf(IOException.class);
      assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
    }
  }
}
