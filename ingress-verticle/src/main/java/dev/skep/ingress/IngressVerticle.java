package dev.skep.ingress;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.IngressMessages;
import dev.skep.store.bus.message.IngressMessages.Drained;
import dev.skep.store.bus.message.IngressMessages.PortsProbe;
import dev.skep.store.bus.message.IngressMessages.PortsProbed;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's part of the routing mesh. It keeps the newest routing table, makes the data plane
 * listen on the published ports of it, and answers the node's agent about drains and the gateway
 * about ports. Without a leader it goes on with the last table.
 */
public final class IngressVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(IngressVerticle.class);

  /** How soon a published table that was lost is made good. */
  static final Duration REFRESH = Duration.ofSeconds(5);

  private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(2);

  /** Failed connections may ask for a newer table; more often would not help them. */
  private static final Duration REFRESH_PAUSE = Duration.ofMillis(200);

  /** The first table is asked for this often, for a node that just started has nothing to serve. */
  private static final Duration FIRST_REFRESH = Duration.ofMillis(500);

  /** Whoever holds a port may be about to end. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);

  /** And if not, a freed port need not be noticed sooner than this. */
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);

  private final String nodeId;
  private final InetSocketAddress listen;
  private final InetSocketAddress mesh;
  private final Bus bus;
  private final ConnectionLimit limit;
  private final AtomicBoolean suspected = new AtomicBoolean();

  private @Nullable UserSpacePlane plane;
  private @Nullable PortReports reports;
  private RoutingTable table = RoutingTable.NONE;
  private SortedMap<Integer, RoutingTable.Route> open = new TreeMap<>();
  private boolean applying;
  private boolean known;
  private Duration retry = FIRST_RETRY;
  private @Nullable Long retryTimer;
  private boolean stopped;
  private volatile long appliedIndex;

  /**
   * @param nodeId the node's id
   * @param listenAddress the literal address that published ports are bound on, and nothing else
   * @param meshAddress the literal address that other nodes' ingresses connect to
   * @param meshPort its port; 0 takes a free one
   */
  public IngressVerticle(
      String nodeId, String listenAddress, String meshAddress, int meshPort, Bus bus) {
    this(nodeId, listenAddress, meshAddress, meshPort, bus, ConnectionLimit.ofThisProcess());
  }

  IngressVerticle(
      String nodeId,
      String listenAddress,
      String meshAddress,
      int meshPort,
      Bus bus,
      ConnectionLimit limit) {
    this.limit = limit;
    this.nodeId = nodeId;
    this.listen = HostPort.of(listenAddress, 0);
    this.mesh = HostPort.of(meshAddress, meshPort);
    this.bus = bus;
  }

  /**
   * Where other nodes reach this ingress, as host:port; for the session that the node's agent
   * opens.
   *
   * @throws IllegalStateException before the verticle is deployed
   */
  public String meshAddress() {
    return HostPort.text(plane().meshAddress());
  }

  UserSpacePlane plane() {
    if (plane == null) {
      throw new IllegalStateException("the ingress of node " + nodeId + " is not deployed");
    }
    return plane;
  }

  /** The index of the table that the plane follows. */
  long appliedIndex() {
    return appliedIndex;
  }

  @Override
  public Future<?> start() {
    reports = new PortReports(vertx, bus, nodeId);
    return vertx
        .executeBlocking(this::openPlane)
        .onSuccess(opened -> plane = opened)
        .compose(opened -> listen());
  }

  /** Loads native code, so it may take a while. */
  private UserSpacePlane openPlane() throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException(
          "the ingress needs epoll, which this host does not give: use Linux on x86-64 or arm64",
          Epoll.unavailabilityCause());
    }
    try {
      return new UserSpacePlane(nodeId, listen.getAddress(), mesh, limit, this::suspectStale);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen for other nodes on "
              + HostPort.text(mesh)
              + ": "
              + SystemWords.of(e)
              + "; choose another mesh port or stop what uses it",
          e);
    }
  }

  private Future<?> listen() {
    List<MessageConsumer<?>> consumers =
        List.of(
            bus.listen(Addresses.ROUTES, Routes.class, this::take),
            bus.answer(Addresses.drain(nodeId), IngressMessages.Drain.class, this::drain),
            bus.answer(Addresses.ports(nodeId), PortsProbe.class, this::probe));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList())
        .onSuccess(ready -> refreshAlways());
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    return plane == null ? Future.succeededFuture() : plane.close();
  }

  private void refreshAlways() {
    refresh()
        .onComplete(
            here(answer ->
                vertx.setTimer(
                    (known ? REFRESH : FIRST_REFRESH).toMillis(), timer -> refreshAlways())));
  }

  private Future<Routes> refresh() {
    return bus.request(
            Addresses.ROUTES_REQUEST, new RoutesRequest(nodeId), Routes.class, REFRESH_TIMEOUT)
        .onSuccess(this::take);
  }

  /** Called on the plane's threads. */
  private void suspectStale() {
    if (suspected.compareAndSet(false, true)) {
      context.runOnContext(now -> {
        refresh();
        vertx.setTimer(REFRESH_PAUSE.toMillis(), timer -> suspected.set(false));
      });
    }
  }

  private void take(Routes routes) {
    RoutingTable next = RoutingTable.from(nodeId, routes);
    if (known && !next.supersedes(table)) {
      return;
    }
    if (next.term() != table.term() && reports != null) {
      reports.forgetTaken();
    }
    known = true;
    table = next;
    retry = FIRST_RETRY;
    apply();
  }

  /** Makes the plane follow the table; at most one change is under way. */
  private void apply() {
    if (applying || stopped) {
      return;
    }
    applying = true;
    RoutingTable target = table;
    RouteChange change = RouteChange.between(open, target.routes());
    Future.succeededFuture(plane())
        .compose(to -> to.apply(target, change))
        .onComplete(
            here(done -> {
              applying = false;
              if (done.failed()) {
                LOG.atError().setCause(done.cause()).log("the data plane took no change");
                retryLater();
                return;
              }
              applied(target, change, done.result());
              if (table.supersedes(target)) {
                apply();
              }
            }));
  }

  private void applied(RoutingTable target, RouteChange change, List<RefusedPort> refused) {
    open = new TreeMap<>(target.routes());
    refused.forEach(port -> open.remove(port.port()));
    appliedIndex = target.index();
    List<RefusedPort> all = new ArrayList<>(refused);
    all.addAll(target.unsupported());
    if (reports != null) {
      reports.report(List.copyOf(all));
    }
    if (!refused.isEmpty()) {
      retryLater();
    }
    for (RoutingTable.Route route : change.listen()) {
      if (open.containsKey(route.port())) {
        LOG.atInfo().addKeyValue("port", route.port()).log("listening on a published port");
      }
    }
    for (Integer port : change.unlisten()) {
      LOG.atInfo().addKeyValue("port", port).log("no longer listening on a port");
    }
  }

  /** Asks the plane again, later each time. */
  private void retryLater() {
    if (retryTimer != null || stopped) {
      return;
    }
    retryTimer =
        vertx.setTimer(
            retry.toMillis(),
            timer -> {
              retryTimer = null;
              apply();
            });
    Duration twice = retry.multipliedBy(2);
    retry = twice.compareTo(LAST_RETRY) < 0 ? twice : LAST_RETRY;
  }

  private Future<Drained> drain(IngressMessages.Drain drain) {
    if (drain.graceMillis() < 0) {
      return Future.failedFuture(
          new BusFailure(
              BusFailure.BAD_REQUEST,
              "cannot drain task " + drain.taskId() + " for " + drain.graceMillis() + " ms"));
    }
    return plane()
        .drain(drain.taskId(), Duration.ofMillis(drain.graceMillis()))
        .map(open -> new Drained(drain.taskId(), open));
  }

  private Future<PortsProbed> probe(PortsProbe probe) {
    return plane().probe(probe.ports()).map(PortsProbed::new);
  }

  /** Runs {@code handler} on this verticle's context, whatever thread completes the future. */
  private <T> Handler<AsyncResult<T>> here(Handler<AsyncResult<T>> handler) {
    return result -> {
      Promise<T> promise = Promise.promise();
      promise.future().onComplete(handler);
      context.runOnContext(now -> promise.handle(result));
    };
  }
}
