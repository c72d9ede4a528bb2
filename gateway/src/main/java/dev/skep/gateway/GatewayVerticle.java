package dev.skep.gateway;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.api.ApiHandler;
import dev.skep.gateway.api.ApiVersions;
import dev.skep.gateway.api.Head;
import dev.skep.gateway.api.RouteTable;
import dev.skep.gateway.api.body.MemoryBudget;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.StoreStreams;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.container.ContainerEndpoints;
import dev.skep.gateway.container.VolumeEndpoints;
import dev.skep.gateway.engine.EngineFacts;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.event.EventEndpoints;
import dev.skep.gateway.event.EventRing;
import dev.skep.gateway.event.FeedEndpoints;
import dev.skep.gateway.log.LogEndpoints;
import dev.skep.gateway.network.EngineNetworks;
import dev.skep.gateway.network.NetworkEndpoints;
import dev.skep.gateway.network.NetworkFinder;
import dev.skep.gateway.node.NodeEndpoints;
import dev.skep.gateway.proxy.GatewayServer;
import dev.skep.gateway.remote.RemoteTasks;
import dev.skep.gateway.secret.SecretOrConfigEndpoints;
import dev.skep.gateway.service.ServiceEndpoints;
import dev.skep.gateway.status.StatusEndpoint;
import dev.skep.gateway.swarm.SwarmEndpoints;
import dev.skep.gateway.system.SystemEndpoints;
import dev.skep.gateway.task.TaskEndpoints;
import dev.skep.store.membership.Membership;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The gateway of one host. Deploy it on a Vert.x with native transport, with {@link
 * ThreadingModel#VIRTUAL_THREAD}: its endpoints await.
 */
public final class GatewayVerticle extends VerticleBase {
  private final Membership membership;
  private final ApiEndpoint engineEndpoint;
  private final GatewayOptions options;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final EventRing ring = new EventRing();
  private final MemoryBudget bodies;
  private @Nullable EngineProxy engine;
  private @Nullable RemoteTasks remoteTasks;
  private @Nullable StoreStreams storeStreams;
  private @Nullable GatewayServer server;

  /**
   * @param engine where the host's own engine listens
   * @param random for ids and tokens: a secure one in production
   */
  public GatewayVerticle(
      Membership membership,
      ApiEndpoint engine,
      GatewayOptions options,
      InstantSource clock,
      RandomGenerator random) {
    this.membership = membership;
    this.engineEndpoint = engine;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.bodies = ApiHandler.bodies(options.heapBytes());
  }

  /** The memory for requests' bodies. */
  MemoryBudget bodies() {
    return bodies;
  }

  /** Done when clients can connect everywhere. */
  @Override
  public Future<?> start() {
    if (context.threadingModel() != ThreadingModel.VIRTUAL_THREAD) {
      return Future.failedFuture("the gateway runs on virtual threads; deploy it so");
    }
    membership.onChange(ring::move);
    EngineProxy proxy = new EngineProxy(vertx, engineEndpoint);
    engine = proxy;
    RemoteTasks remote = new RemoteTasks(proxy);
    remoteTasks = remote;
    membership.onChange(remote::move);
    GatewayServer http =
        new GatewayServer(vertx, proxy, handler(proxy), remote, options.directory());
    server = http;
    return http.start()
        .compose(started -> {
          List<Future<ApiEndpoint>> places = new ArrayList<>();
          options.listen().forEach(place -> places.add(http.listen(place)));
          return Future.all(places);
        });
  }

  private ApiHandler handler(EngineProxy proxy) {
    SwarmGate gate = new SwarmGate(membership);
    Commits commits = new Commits(gate);
    EngineFacts facts = new EngineFacts(proxy);
    ApiVersions versions = new ApiVersions(proxy);
    Head head = new Head(versions, facts);
    EngineNetworks locals = new EngineNetworks(proxy);
    StoreStreams streams = new StoreStreams(gate);
    storeStreams = streams;
    NetworkFinder finder = new NetworkFinder(gate, locals);
    RouteTable routes =
        Routes.of(
            new SystemEndpoints(
                gate, proxy, facts, versions, options.nodeName(), options.version()),
            new SwarmEndpoints(gate, commits, clock, random),
            new NodeEndpoints(gate, commits, clock),
            new ServiceEndpoints(gate, commits, locals::names, clock, random),
            new TaskEndpoints(gate),
            new LogEndpoints(vertx, gate, head, clock, streams),
            SecretOrConfigEndpoints.secrets(gate, commits, clock, random),
            SecretOrConfigEndpoints.configs(gate, commits, clock, random),
            new NetworkEndpoints(gate, commits, proxy, locals, finder, clock, random),
            new ContainerEndpoints(proxy, finder),
            new VolumeEndpoints(proxy),
            new EventEndpoints(vertx, ring, proxy, head, clock),
            new FeedEndpoints(vertx, gate, head, streams),
            new StatusEndpoint(gate, proxy, options.version()));
    return new ApiHandler(routes, versions, head, gate, bodies);
  }

  @Override
  public Future<?> stop() {
    ring.close();
    if (remoteTasks != null) {
      remoteTasks.close();
    }
    if (storeStreams != null) {
      storeStreams.close();
    }
    Future<Void> closed = server == null ? Future.succeededFuture() : server.close();
    return closed.eventually(() -> engine == null ? Future.succeededFuture() : engine.close());
  }
}
