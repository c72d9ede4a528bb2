package dev.skep.ingress;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.IngressMessages;
import dev.skep.store.bus.message.IngressMessages.Drained;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.PortsProbe;
import dev.skep.store.bus.message.IngressMessages.PortsProbed;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import dev.skep.store.net.HostPort;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
  public static final Duration REFRESH = Duration.ofSeconds(5);

  private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(2);

  /** The first table is asked for this often, for a node that just started has nothing to serve. */
  private static final Duration FIRST_REFRESH = Duration.ofMillis(500);

  /** Whoever holds a port may be about to end. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);

  /** And if not, a freed port need not be noticed sooner than this. */
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);

  private final String nodeId;
  private final Bus bus;
  private final DataPlane.Opener opener;

  private @Nullable DataPlane plane;
  private @Nullable PortReports reports;
  private RoutingTable table = RoutingTable.NONE;
  private SortedMap<Port, RoutingTable.Route> open = new TreeMap<>(RoutingTable.BY_PORT);
  private boolean applying;
  private boolean known;
  private Duration retry = FIRST_RETRY;
  private @Nullable Long retryTimer;
  private boolean stopped;
  private volatile long appliedIndex;

  /**
   * @param nodeId the node's id
   * @param opener makes the node's data plane when this starts
   */
  public IngressVerticle(String nodeId, Bus bus, DataPlane.Opener opener) {
    this.nodeId = nodeId;
    this.bus = bus;
    this.opener = opener;
  }

  /**
   * Where other nodes reach this node's data plane, as host:port; for the session that the node's
   * agent opens. Absent for a plane that they need not reach.
   *
   * @throws IllegalStateException before the verticle is deployed
   */
  public @Nullable String meshAddress() {
    HostPort mesh = plane().meshAddress();
    return mesh == null ? null : mesh.toString();
  }

  private DataPlane plane() {
    if (plane == null) {
      throw new IllegalStateException("the ingress of node " + nodeId + " is not deployed");
    }
    return plane;
  }

  /** The index of the table that the plane follows. */
  public long appliedIndex() {
    return appliedIndex;
  }

  @Override
  public Future<?> start() {
    reports = new PortReports(vertx, bus, nodeId);
    return vertx
        .executeBlocking(() -> opener.open(this::refreshSoon))
        .onSuccess(opened -> plane = opened)
        .compose(opened -> listen())
        .recover(cause -> closePlane().transform(closed -> Future.failedFuture(cause)));
  }

  /** What fails to start is not stopped by Vert.x. */
  private Future<Void> closePlane() {
    return plane == null ? Future.succeededFuture() : plane.close();
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
    return closePlane();
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

  /** Any thread. */
  private void refreshSoon() {
    context.runOnContext(now -> {
      if (!stopped) {
        refresh();
      }
    });
  }

  private void take(Routes routes) {
    RoutingTable next = RoutingTable.from(nodeId, plane().capabilities(), routes);
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
    refused.forEach(port -> open.remove(new Port(port.port(), port.protocol())));
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
        LOG.atInfo()
            .addKeyValue("port", route.port().port())
            .addKeyValue("protocol", route.port().protocol())
            .log("listening on a published port");
      }
    }
    for (Port port : change.unlisten()) {
      LOG.atInfo()
          .addKeyValue("port", port.port())
          .addKeyValue("protocol", port.protocol())
          .log("no longer listening on a port");
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
    PlaneCapabilities can = plane().capabilities();
    List<Port> possible = probe.ports().stream().filter(can::serves).toList();
    return plane()
        .probe(possible)
        .map(refused -> {
          List<RefusedPort> all = new ArrayList<>(refused);
          probe.ports().stream()
              .filter(port -> !can.serves(port))
              .map(can::unsupported)
              .forEach(all::add);
          return new PortsProbed(all);
        });
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
