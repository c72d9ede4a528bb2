package dev.skep.conf;

import dev.skep.conf.bus.BusCluster;
import dev.skep.conf.swarm.ControlPort;
import dev.skep.conf.swarm.Identity;
import dev.skep.conf.swarm.RunningParts;
import dev.skep.conf.swarm.SwarmParts;
import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.GatewayOptions;
import dev.skep.gateway.GatewayVerticle;
import dev.skep.ingress.IngressVerticle;
import dev.skep.ingress.userspace.UserSpacePlane;
import dev.skep.node.NodeSettings;
import dev.skep.node.NodeVerticle;
import dev.skep.scheduler.SchedulerVerticle;
import dev.skep.store.Store;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.membership.Membership;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.net.HostPort;
import dev.skep.store.raft.RaftStore;
import dev.skep.store.raft.RaftStoreOptions;
import dev.skep.store.state.Transaction;
import dev.skep.store.time.SteadyClock;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which part gets what: the one page on which all parts meet. */
final class Wiring implements SwarmParts.Maker {
  private static final int CONNECT_MILLIS = 1_000;

  /** Another host answers within a fraction of this, or is as good as down for a start. */
  private static final int PROBE_MILLIS = 500;

  /** Where a store's group members would reach each other; a group of one listens nowhere. */
  private static final int STORE_PORT = 2378;

  private static final Duration REMOVAL = Duration.ofSeconds(110);
  private static final DeploymentOptions VIRTUAL_THREADS =
      new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

  private final Vertx host;
  private final DaemonOptions options;
  private final SteadyClock clock;
  private final RandomGenerator random;

  Wiring(Vertx host, DaemonOptions options, SteadyClock clock, RandomGenerator random) {
    this.host = host;
    this.options = options;
    this.clock = clock;
    this.random = random;
  }

  /** The gateway lives on the host's Vert.x, whether there is a swarm or not. */
  Future<?> deployGateway(Membership membership) {
    List<ApiEndpoint> listen = new ArrayList<>();
    listen.add(ApiEndpoint.parse("unix://" + options.socket()));
    options.tcp().forEach(address -> listen.add(ApiEndpoint.parse("tcp://" + address)));
    GatewayOptions gateway =
        new GatewayOptions(
            listen,
            hostname(),
            options.dataDir().resolve("gateway"),
            Skep.Versions.current(),
            Runtime.getRuntime().maxMemory());
    ApiEndpoint engine = ApiEndpoint.parse("unix://" + options.engine());
    return host.deployVerticle(
        new GatewayVerticle(membership, engine, gateway, clock, random), VIRTUAL_THREADS);
  }

  @Override
  public SwarmParts start(Identity identity, @Nullable Transaction founding) {
    RunningParts parts = new RunningParts(identity.nodeId());
    try {
      Set<String> known = new TreeSet<>(identity.members());
      boolean manager = identity.role().equals(NodeSpec.MANAGER);
      if (manager) {
        Store store = openStore(identity, parts, founding);
        store.state().nodes().forEach(node -> addTo(known, node.status().addr()));
      }
      Set<String> members = present(known);
      identity.managers().forEach(one -> members.add(controlPort(one).host()));
      BusCluster cluster =
          BusCluster.start(
              "skep-" + identity.clusterId(),
              identity.busSecret(),
              identity.address(),
              members,
              random);
      parts.stopBy(cluster::close);
      Vertx swarm = cluster.vertx();
      Bus bus = new Bus(swarm.eventBus(), manager ? allOf(parts.store()) : own(identity));
      parts.bus(bus);
      if (manager) {
        swarm
            .deployVerticle(
                new SchedulerVerticle(parts.store(), bus, clock, random), VIRTUAL_THREADS)
            .await();
        ControlPort control =
            ControlPort.listen(host, parts.store(), identity, clock, random).await();
        parts.stopBy(control::close);
      }
      IngressVerticle ingress =
          new IngressVerticle(
              identity.nodeId(),
              bus,
              UserSpacePlane.opener(
                  identity.nodeId(), identity.address(), HostPort.of(identity.address(), 0)));
      swarm.deployVerticle(ingress).await();
      NodeVerticle node =
          new NodeVerticle(settings(identity, ingress.meshAddress()), host, clock, random);
      swarm.deployVerticle(node, VIRTUAL_THREADS).await();
      parts.session(node.session());
      parts.silence(node::silence);
      return parts;
    } catch (Exception e) { // awaiting throws what a future failed with, checked or not
      parts.stop();
      throw e;
    }
  }

  @Override
  public void requireFree(String address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(address, BusCluster.PORT));
    } catch (IOException e) {
      throw new MembershipException(
          500,
          "cannot listen on %s:%d, where the swarm's nodes find each other: %s; free it (ss -ltnp shows who holds it) or give this node another address with --advertise-addr"
              .formatted(address, BusCluster.PORT, Reason.of(e)));
    }
  }

  private Store openStore(Identity identity, RunningParts parts, @Nullable Transaction founding) {
    RaftStoreOptions where =
        new RaftStoreOptions(
                storeDirectory(),
                identity.clusterId(),
                identity.nodeId(),
                identity.address(),
                STORE_PORT)
            .withLimits(options.limits());
    RaftStore store =
        founding == null
            ? RaftStore.open(where).recover(cause -> noStore(cause, identity)).await()
            : RaftStore.found(where).await();
    parts.store(store);
    parts.stopBy(store::close);
    if (founding != null) {
      store.commit(founding).await();
    }
    return store;
  }

  private static NodeKeys allOf(Store store) {
    return nodeId -> store.state().node(nodeId).map(Node::key);
  }

  private static NodeKeys own(Identity identity) {
    return NodeKeys.own(identity.nodeId(), identity.nodeKey());
  }

  /** What an operator can do about a store that does not open. */
  private Future<RaftStore> noStore(Throwable cause, Identity identity) {
    return Future.failedFuture(
        new MembershipException(
            500,
            "%s. Nothing was changed. As %s says, this host is a manager of the swarm %s: put a whole copy of its store back (is a mount missing?) and start again; or, to give the swarm up on this host, move that file and %s away"
                .formatted(
                    cause.getMessage(),
                    Identity.in(options.dataDir()),
                    identity.clusterId(),
                    storeDirectory())));
  }

  private NodeSettings settings(Identity identity, @Nullable String meshAddress) {
    return new NodeSettings(
        identity.nodeId(),
        identity.nodeKey(),
        hostname(),
        identity.address(),
        meshAddress,
        options.engine(),
        agentDir(),
        List.of(Path.of("/run"), Path.of("/dev/shm")),
        options.genericResources());
  }

  private static void addTo(Set<String> addresses, @Nullable String address) {
    if (address != null && !address.isEmpty()) {
      addresses.add(address);
    }
  }

  /**
   * The addresses at which there is a bus now; one without would hold up the start by a second and
   * more. Nothing is lost with it: every node looks for its managers, there or not.
   */
  private Set<String> present(Set<String> addresses) {
    NetClient client = host.createNetClient(new NetClientOptions().setConnectTimeout(PROBE_MILLIS));
    try {
      Map<String, Future<Boolean>> asked = new TreeMap<>();
      for (String address : addresses) {
        asked.put(
            address, answers(client, SocketAddress.inetSocketAddress(BusCluster.PORT, address)));
      }
      Future.all(List.copyOf(asked.values())).await();
      asked.values().removeIf(answer -> !answer.result());
      return new TreeSet<>(asked.keySet());
    } finally {
      client.close();
    }
  }

  @Override
  public boolean reachable(Identity identity) {
    NetClient client =
        host.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS));
    try {
      return identity.managers().stream()
          .anyMatch(manager -> answers(client, controlPort(manager)).await());
    } finally {
      client.close();
    }
  }

  private static SocketAddress controlPort(RemoteManager manager) {
    int colon = manager.address().lastIndexOf(':');
    return SocketAddress.inetSocketAddress(
        Integer.parseInt(manager.address().substring(colon + 1)),
        manager.address().substring(0, colon));
  }

  private static Future<Boolean> answers(NetClient client, SocketAddress address) {
    return client.connect(address).compose(socket -> socket.close().map(true)).otherwise(false);
  }

  @Override
  public Future<Integer> removeOwn(Identity identity) {
    Bus local = new Bus(host.eventBus(), own(identity));
    String nodeId = identity.nodeId();
    return host.deployVerticle(
            new NodeVerticle(settings(identity, null), host, clock, random), VIRTUAL_THREADS)
        .compose(id ->
            local
                .request(Addresses.leave(nodeId), new Leave(nodeId), Left.class, REMOVAL)
                .eventually(() -> host.undeploy(id)))
        .map(Left::removedContainers);
  }

  @Override
  public String hostname() {
    if (options.name() != null) {
      return options.name();
    }
    try {
      return Files.readString(HOSTNAME).strip();
    } catch (IOException e) {
      throw new StartupException(
          "cannot read this host's name from "
              + HOSTNAME
              + ": "
              + Reason.of(e)
              + "; give one with --name");
    }
  }

  @Override
  public void forget() throws IOException {
    deleteTree(storeDirectory());
    deleteTree(agentDir());
  }

  @Override
  public Path storeDirectory() {
    return options.dataDir().resolve("store");
  }

  private Path agentDir() {
    return options.dataDir().resolve("agent");
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (file.equals(root) && mounted(root)) {
          return; // what it held is gone; that it is there is its owner's
        }
        Files.delete(file);
      }
    }
  }

  private static boolean mounted(Path directory) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    return parent != null && !Files.getFileStore(directory).equals(Files.getFileStore(parent));
  }
}
