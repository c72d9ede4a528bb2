package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.ingress.FakeTask;
import dev.skep.ingress.IngressVerticle;
import dev.skep.ingress.socket.ConnectionLimit;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.PortReportTaken;
import dev.skep.store.bus.message.IngressMessages.PortRoute;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import dev.skep.store.net.HostPort;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Several nodes' ingresses on loopback addresses and one bus, and a leader that does as told. */
final class TestMesh implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(20);

  record Node(
      String id, String address, IngressVerticle ingress, UserSpacePlane plane, String deployment) {
    FakeTask task(String id, FakeTask.Service service) throws IOException {
      return FakeTask.on(this.id, ingress.meshAddress(), id, service);
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);
  private final List<Node> nodes = new ArrayList<>();
  private final AtomicLong index = new AtomicLong();
  private final List<PortReport> reports = new CopyOnWriteArrayList<>();
  private final List<FakeTask> tasks = new ArrayList<>();
  private final AtomicLong term = new AtomicLong(1);
  private final AtomicInteger reportsToRefuse = new AtomicInteger();
  private final AtomicInteger refusedReports = new AtomicInteger();
  private volatile Routes routes = Routes.NONE;
  private final int port;

  TestMesh(int nodeCount) throws IOException {
    this(nodeCount, 10_000);
  }

  /**
   * @param descriptors what each node may have open
   */
  TestMesh(int nodeCount, int descriptors) throws IOException {
    Await.result(
        bus.answer(
                Addresses.ROUTES_REQUEST,
                RoutesRequest.class,
                request -> Future.succeededFuture(routes))
            .completion());
    Await.result(
        bus.answer(
                Addresses.PORT_REPORT,
                PortReport.class,
                report -> {
                  if (reportsToRefuse.get() > 0) {
                    reportsToRefuse.decrementAndGet();
                    refusedReports.incrementAndGet();
                    return Future.failedFuture(new BusFailure(BusFailure.BUG, "not now"));
                  }
                  reports.add(report);
                  return Future.succeededFuture(new PortReportTaken());
                })
            .completion());
    for (int i = 0; i < nodeCount; i++) {
      String address = "127.0.0." + (i + 2);
      String id = "node" + i;
      AtomicReference<UserSpacePlane> plane = new AtomicReference<>();
      IngressVerticle ingress =
          new IngressVerticle(
              id,
              bus,
              refresh -> {
                plane.set(
                    UserSpacePlane.open(
                        id,
                        InetAddress.ofLiteral(address),
                        HostPort.of(address, 0),
                        ConnectionLimit.within(descriptors),
                        refresh));
                return plane.get();
              });
      String deployment = Await.result(vertx.deployVerticle(ingress));
      nodes.add(new Node(id, address, ingress, plane.get(), deployment));
    }
    port = FreePort.at(nodes.stream().map(Node::address).toArray(String[]::new));
  }

  Node node(int number) {
    return nodes.get(number);
  }

  Bus bus() {
    return bus;
  }

  /** A port that nothing else uses. */
  int port() {
    return port;
  }

  List<PortReport> reports() {
    return reports;
  }

  FakeTask add(FakeTask task) {
    tasks.add(task);
    return task;
  }

  /** A task that answers lines with its id. */
  FakeTask answering(int node, String id) throws IOException {
    return add(FakeTask.answering(node(node).id(), node(node).ingress().meshAddress(), id));
  }

  FakeTask serving(int node, String id, FakeTask.Service service) throws IOException {
    return add(node(node).task(id, service));
  }

  /** Publishes {@link #port()} with these tasks, and waits until every node has it. */
  void route(FakeTask... to) {
    publish(List.of(portRoute(port, Arrays.stream(to).map(FakeTask::endpoint).toList())));
  }

  static PortRoute portRoute(int port, List<Endpoint> endpoints) {
    List<Endpoint> ordered =
        endpoints.stream().sorted(Comparator.comparing(Endpoint::taskId)).toList();
    return new PortRoute(port, "tcp", "service", "web", ordered);
  }

  void publish(List<PortRoute> ports) {
    send(ports);
    long wanted = index.get();
    for (Node node : nodes) {
      until(() -> node.ingress().appliedIndex() == wanted);
    }
  }

  /** Publishes without waiting for anybody. */
  void send(List<PortRoute> ports) {
    answerOnly(ports);
    bus.publish(Addresses.ROUTES, routes);
  }

  /** Gives the table only to those who ask. */
  void answerOnly(List<PortRoute> ports) {
    routes = new Routes(term.get(), index.incrementAndGet(), ports);
  }

  /** There is another leader from now on. */
  void newTerm() {
    term.incrementAndGet();
  }

  /** Does not take the next reports. */
  void refuseReports(int count) {
    reportsToRefuse.set(count);
  }

  int refusedReports() {
    return refusedReports.get();
  }

  void undeploy(Node node) {
    Await.result(vertx.undeploy(node.deployment()));
    nodes.remove(node);
  }

  /** Waits until no node has a connection left. */
  void assertNothingOpen() {
    for (Node node : nodes) {
      until(() -> Await.result(node.plane().openSockets()) == 0);
      assertThat(Await.result(node.plane().waitingBytes())).isZero();
    }
  }

  static void until(BooleanSupplier condition) {
    Await.until("the mesh gets there", LIMIT, condition::getAsBoolean);
  }

  @Override
  public void close() throws IOException {
    for (FakeTask task : tasks) {
      task.close();
    }
    assertNothingOpen();
    Await.result(vertx.close());
  }
}
