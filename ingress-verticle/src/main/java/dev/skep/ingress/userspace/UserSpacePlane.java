package dev.skep.ingress.userspace;

import dev.skep.ingress.DataPlane;
import dev.skep.ingress.PlaneCapabilities;
import dev.skep.ingress.RouteChange;
import dev.skep.ingress.RoutingTable;
import dev.skep.ingress.RoutingTable.Route;
import dev.skep.ingress.Target;
import dev.skep.ingress.socket.ConnectionLimit;
import dev.skep.ingress.socket.IngressLoop;
import dev.skep.ingress.socket.Listener;
import dev.skep.ingress.socket.SystemWords;
import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.net.HostPort;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Copies bytes between sockets: from a published port to a task of this node, or to the mesh port
 * of the task's node; and from this node's mesh port to this node's tasks.
 */
public final class UserSpacePlane implements DataPlane, PeerConnection.Directory {
  private static final String TCP = "tcp";

  /** More loops than this only take memory; two move more than most networks bring. */
  private static final int MAX_LOOPS = 8;

  /** A container has its grace period once more after the drain, to end what the drain left. */
  private static final int GRACES = 2;

  /** A stop takes its time; nothing is lost by cutting dead connections a bit later. */
  private static final Duration CUT_SLACK = Duration.ofSeconds(1);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  static final PlaneCapabilities CAPABILITIES =
      new PlaneCapabilities("user-space", Set.of(TCP), true, true, false);

  /** An open port with its socket. */
  private record Open(Listener listener, PublishedPort port) {}

  private record OwnTask(String taskId, int targetPort) {}

  /**
   * What the table in force says.
   *
   * @param tasks the ids of all tasks that it leads to
   * @param own this node's tasks, which other nodes may ask for
   */
  private record Known(Set<String> tasks, Map<OwnTask, Destination> own) {}

  private final String nodeId;
  private final InetAddress address;
  private final StaleTableCheck stale;
  private final MultiThreadIoEventLoopGroup group;
  private final List<IngressLoop> loops = new ArrayList<>();
  private final ConnectionLimit limit;
  private final AtomicInteger nextLoop = new AtomicInteger();
  private final Map<Port, Open> open = new ConcurrentHashMap<>();

  /** When to cut what is left, by the ids of the tasks that are to stop. */
  private final Map<String, Long> leaving = new ConcurrentHashMap<>();

  private final UnreachableAddresses unreachable = new UnreachableAddresses();
  private final Listener mesh;
  private final HostPort meshAddress;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Promise<Void> closed = Promise.promise();
  private volatile Known known = new Known(Set.of(), Map.of());

  /**
   * @param address the literal address that published ports are listened on, and nothing else
   * @param mesh where other nodes' planes connect to; port 0 takes a free one
   */
  public static DataPlane.Opener opener(String nodeId, String address, HostPort mesh) {
    InetAddress listen = InetAddress.ofLiteral(address);
    return refresh -> open(nodeId, listen, mesh, ConnectionLimit.ofThisProcess(), refresh);
  }

  /** Loads native code, so it may take a while. */
  static UserSpacePlane open(
      String nodeId, InetAddress address, HostPort mesh, ConnectionLimit limit, Runnable refresh)
      throws IOException {
    if (!Epoll.isAvailable()) {
      throw new IOException(
          "the ingress needs epoll, which this host does not give: use Linux on x86-64 or arm64",
          Epoll.unavailabilityCause());
    }
    try {
      return new UserSpacePlane(nodeId, address, mesh, limit, refresh);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen for other nodes on "
              + mesh
              + ": "
              + SystemWords.of(e)
              + "; choose another mesh port or stop what uses it",
          e);
    }
  }

  /**
   * @param address where published ports are listened on
   * @param mesh where other nodes' ingresses connect to; port 0 takes a free one
   * @param limit how many connections are taken at once
   * @param refresh asks for a newer table, on any thread
   * @throws IOException when the mesh port cannot be bound
   */
  private UserSpacePlane(
      String nodeId, InetAddress address, HostPort mesh, ConnectionLimit limit, Runnable refresh)
      throws IOException {
    this.nodeId = nodeId;
    this.address = address;
    this.limit = limit;
    this.stale = new StaleTableCheck(refresh, System.nanoTime());
    int count = Math.min(Runtime.getRuntime().availableProcessors(), MAX_LOOPS);
    this.group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("skep-ingress", true), EpollIoHandler.newFactory());
    ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    for (EventExecutor executor : group) {
      loops.add(new IngressLoop((IoEventLoop) executor, allocator));
    }
    try {
      this.mesh =
          Listener.open(
              mesh.socketAddress(),
              nextLoop(),
              this::nextLoop,
              (loop, socket, left) -> PeerConnection.start(loop, this, socket, left),
              limit.forNodes());
    } catch (IOException e) {
      var _ = group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw e;
    }
    this.meshAddress = mesh.withPort(this.mesh.port());
  }

  @Override
  public PlaneCapabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public HostPort meshAddress() {
    return meshAddress;
  }

  private IngressLoop nextLoop() {
    return loops.get(Math.floorMod(nextLoop.getAndIncrement(), loops.size()));
  }

  @Override
  public Future<List<RefusedPort>> apply(RoutingTable next, RouteChange change) {
    known = known(next);
    List<Future<Void>> closed = new ArrayList<>();
    for (Port port : change.unlisten()) {
      Open old = open.remove(port);
      if (old != null) {
        old.port().route(List.of());
        closed.add(on(old.listener().loop(), loop -> old.listener().close()));
      }
    }
    for (Route route : change.replace()) {
      Open old = open.get(route.port());
      if (old != null) {
        old.port().route(destinations(route));
      }
    }
    List<RefusedPort> refused = new ArrayList<>();
    for (Route route : change.listen()) {
      try {
        listen(route);
      } catch (IOException e) {
        refused.add(refusal(route.port(), e));
      }
    }
    forgetLeft();
    unreachable.retain(
        next.routes().values().stream()
            .flatMap(route -> destinations(route).stream())
            .map(Destination::address)
            .toList());
    return Future.all(closed).map(List.copyOf(refused));
  }

  private static Known known(RoutingTable table) {
    Map<OwnTask, Destination> own = new HashMap<>();
    for (Route route : table.routes().values()) {
      for (Destination destination : destinations(route)) {
        if (!destination.relayed()) {
          own.put(new OwnTask(destination.taskId(), destination.targetPort()), destination);
        }
      }
    }
    return new Known(table.tasks(), Map.copyOf(own));
  }

  private static List<Destination> destinations(Route route) {
    List<Destination> destinations = new ArrayList<>();
    for (Target target : route.targets()) {
      Destination destination = Destination.of(target);
      if (destination != null) {
        destinations.add(destination);
      }
    }
    return List.copyOf(destinations);
  }

  private void listen(Route route) throws IOException {
    int number = route.port().port();
    PublishedPort port = new PublishedPort(nodeId, number, this::isLeaving, unreachable, stale);
    port.route(destinations(route));
    Listener listener =
        Listener.open(
            new InetSocketAddress(address, number),
            nextLoop(),
            this::nextLoop,
            (loop, socket, left) -> ClientConnection.start(loop, port, socket, left),
            limit.forClients());
    open.put(route.port(), new Open(listener, port));
  }

  @Override
  public Future<List<RefusedPort>> probe(List<Port> ports) {
    List<RefusedPort> refused = new ArrayList<>();
    for (Port port : ports) {
      if (!open.containsKey(port)) {
        try {
          Listener.probe(new InetSocketAddress(address, port.port()));
        } catch (IOException e) {
          refused.add(refusal(port, e));
        }
      }
    }
    return Future.succeededFuture(List.copyOf(refused));
  }

  private static RefusedPort refusal(Port port, IOException e) {
    return new RefusedPort(port.port(), port.protocol(), SystemWords.of(e));
  }

  @Override
  public Future<Integer> drain(String taskId, Duration grace) {
    Duration cut = grace.multipliedBy(GRACES).plus(CUT_SLACK);
    leaving.merge(taskId, System.nanoTime() + cut.toNanos(), (a, b) -> a - b > 0 ? a : b);
    open.values().forEach(one -> one.port().recheck());
    loops.getFirst().after(cut, this::forgetLeft);
    List<Future<Integer>> busy = new ArrayList<>();
    for (IngressLoop loop : loops) {
      Promise<Integer> promise = Promise.promise();
      loop.execute(() -> Drain.start(loop, taskId, grace, promise));
      busy.add(promise.future());
    }
    return Future.all(busy).map(all -> all.<Integer>list().stream().mapToInt(n -> n).sum());
  }

  /** Cuts what is left of tasks that have left the table and whose time is over. */
  private void forgetLeft() {
    long now = System.nanoTime();
    leaving.forEach((taskId, end) -> {
      if (now - end >= 0 && !known.tasks().contains(taskId)) {
        leaving.remove(taskId, end);
        for (IngressLoop loop : loops) {
          loop.execute(() -> Drain.connectionsTo(loop, taskId).forEach(Connection::cut));
        }
      }
    });
  }

  @Override
  public boolean isLeaving(String taskId) {
    return leaving.containsKey(taskId);
  }

  @Override
  public @Nullable Destination find(RelayProtocol.Request wanted) {
    Destination destination = known.own().get(new OwnTask(wanted.taskId(), wanted.targetPort()));
    if (destination == null) {
      stale.suspect(System.nanoTime());
    }
    return destination;
  }

  @Override
  public Future<Void> close() {
    if (closing.compareAndSet(false, true)) {
      closeAll().onComplete(closed);
    }
    return closed.future();
  }

  private Future<Void> closeAll() {
    List<Future<Void>> listeners = new ArrayList<>();
    listeners.add(on(mesh.loop(), loop -> mesh.close()));
    open.values()
        .forEach(one -> listeners.add(on(one.listener().loop(), l -> one.listener().close())));
    open.clear();
    return Future.all(listeners)
        .compose(
            all -> Future.all(loops.stream().map(loop -> on(loop, IngressLoop::closeAll)).toList()))
        .transform(all -> shutDown());
  }

  private Future<Void> shutDown() {
    Promise<Void> promise = Promise.promise();
    group
        .shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .addListener(done -> promise.complete());
    return promise.future();
  }

  /** Runs {@code action} on the loop's thread. */
  private static Future<Void> on(IngressLoop loop, Consumer<IngressLoop> action) {
    Promise<Void> promise = Promise.promise();
    loop.execute(() -> {
      action.accept(loop);
      promise.complete();
    });
    return promise.future();
  }

  /** The connections' sockets that are open. */
  Future<Integer> openSockets() {
    return sum(loop -> loop.sockets().size());
  }

  /** The clients for whom there is no task yet. */
  int waitingClients() {
    return open.values().stream().mapToInt(one -> one.port().waiting()).sum();
  }

  /** The bytes that wait for slow readers. */
  Future<Integer> waitingBytes() {
    return sum(loop -> Math.toIntExact(loop.waitingBytes()));
  }

  private Future<Integer> sum(ToIntFunction<IngressLoop> part) {
    AtomicInteger sum = new AtomicInteger();
    return Future.all(
            loops.stream().map(loop -> on(loop, l -> sum.addAndGet(part.applyAsInt(l)))).toList())
        .map(all -> sum.get());
  }
}
