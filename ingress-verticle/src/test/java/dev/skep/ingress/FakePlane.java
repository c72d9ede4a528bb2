package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.net.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A plane that moves nothing. What it is asked for waits until the test answers. */
final class FakePlane implements DataPlane {
  /** A change that waits for its answer. */
  record Applied(RoutingTable table, RouteChange change, Promise<List<RefusedPort>> answer) {}

  private final PlaneCapabilities can =
      new PlaneCapabilities("fake", Set.of("tcp", "udp"), false, false, true);
  private final BlockingQueue<Applied> applied = new LinkedBlockingQueue<>();
  private final Set<Port> probed = ConcurrentHashMap.newKeySet();
  private volatile Runnable refresh = () -> {};
  private volatile boolean closed;

  DataPlane.Opener opener() {
    return asked -> {
      refresh = asked;
      return this;
    };
  }

  /** The next change, once the verticle asks for it. */
  Applied next() throws InterruptedException {
    Applied next = applied.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("the plane was asked for nothing");
    }
    return next;
  }

  boolean isAsked() {
    return !applied.isEmpty();
  }

  Set<Port> probed() {
    return probed;
  }

  void refresh() {
    refresh.run();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public PlaneCapabilities capabilities() {
    return can;
  }

  @Override
  public @Nullable HostPort meshAddress() {
    return null;
  }

  @Override
  public Future<List<RefusedPort>> apply(RoutingTable table, RouteChange change) {
    Promise<List<RefusedPort>> answer = Promise.promise();
    applied.add(new Applied(table, change, answer));
    return answer.future();
  }

  @Override
  public Future<List<RefusedPort>> probe(List<Port> ports) {
    probed.addAll(ports);
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<Integer> drain(String taskId, Duration grace) {
    return Future.succeededFuture(0);
  }

  @Override
  public Future<Void> close() {
    closed = true;
    return Future.succeededFuture();
  }
}
