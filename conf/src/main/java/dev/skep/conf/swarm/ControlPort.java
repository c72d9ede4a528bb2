package dev.skep.conf.swarm;

import dev.skep.conf.Loopback;
import dev.skep.conf.Reason;
import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.conf.swarm.ControlMessages.Joined;
import dev.skep.conf.swarm.ControlMessages.Refused;
import dev.skep.store.Store;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeBuilder;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The manager's side of joining: hosts that show a join token get a node id and what they need to
 * find the event bus.
 */
public final class ControlPort {
  static final int DEFAULT_PORT = 2377;

  /** Nodes that joined and were never heard of; hosts of a large swarm may start at once. */
  private static final int MAX_GHOSTS = 200;

  /** Hosts join one at a time; the rest are strangers. */
  private static final int MAX_CONNECTIONS = 64;

  /**
   * Of a connection, whatever happens on it: longer than a commit takes, and the end of who sends a
   * byte a minute.
   */
  private static final long MAX_LIFE_MILLIS = 30_000;

  private static final int MAX_HEADER_BYTES = 4 * 1024;
  private static final int MAX_NAME_CHARACTERS = 255;

  private final Vertx vertx;
  private final Store store;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Identity manager;
  private final HttpServer server;
  private final AtomicInteger connections = new AtomicInteger();

  private ControlPort(
      Vertx vertx, Store store, Identity manager, InstantSource clock, RandomGenerator random) {
    this.vertx = vertx;
    this.store = store;
    this.manager = manager;
    this.clock = clock;
    this.random = random;
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_HEADER_BYTES)
                .setHttp2ClearTextEnabled(false));
  }

  /**
   * Listens on the manager's address. Fails with {@link MembershipException} when the port is
   * taken.
   */
  public static Future<ControlPort> listen(
      Vertx vertx, Store store, Identity manager, InstantSource clock, RandomGenerator random) {
    ControlPort port = new ControlPort(vertx, store, manager, clock, random);
    return port.server
        .connectionHandler(port::admit)
        .requestHandler(port::serve)
        .listen(manager.controlPort(), manager.address())
        .map(port)
        .recover(cause -> Future.failedFuture(taken(manager, cause)));
  }

  private static MembershipException taken(Identity manager, Throwable cause) {
    return new MembershipException(
        500,
        "cannot listen on the control port %s:%d: %s; free it or give another with --listen-addr"
            .formatted(manager.address(), manager.controlPort(), Reason.of(cause)));
  }

  public Future<Void> close() {
    return server.close();
  }

  private void admit(HttpConnection connection) {
    if (connections.incrementAndGet() > MAX_CONNECTIONS) {
      connections.decrementAndGet();
      connection.close();
      return;
    }
    connection.exceptionHandler(broken -> {}); // the request that it was in fails with it
    long end = vertx.setTimer(MAX_LIFE_MILLIS, late -> connection.close());
    connection.closeHandler(closed -> {
      connections.decrementAndGet();
      vertx.cancelTimer(end);
    });
  }

  private void serve(HttpServerRequest request) {
    if (!HttpMethod.POST.equals(request.method())
        || !ControlMessages.JOIN_PATH.equals(request.path())) {
      answer(request, 404, new Refused("page not found"));
      return;
    }
    BoundedBody.read(
            request,
            request.getHeader(HttpHeaders.CONTENT_LENGTH),
            ControlMessages.MAX_REQUEST_BYTES)
        .compose(this::join)
        .onSuccess(joined -> answer(request, 200, joined))
        .onFailure(cause ->
            answer(
                request,
                cause instanceof MembershipException refused ? refused.status() : 500,
                new Refused(Reason.of(cause))));
  }

  /** One answer, and the end: nobody joins twice on a connection. */
  private static void answer(HttpServerRequest request, int status, Object body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CONNECTION, "close")
        .end(Json.stored(body))
        .onComplete(ended -> request.connection().close());
  }

  private Future<Joined> join(Buffer body) {
    Join asked = read(body);
    ClusterState state = store.state();
    Cluster cluster =
        state
            .cluster()
            .orElseThrow(
                () -> new MembershipException(503, "this manager has no swarm yet; try again"));
    checkToken(cluster, asked.token());
    checkGhosts(state);
    Sensitive key = NodeKeys.next(random);
    Node node = joiner(asked, key);
    return store
        .commit(Transaction.at(clock.instant()).create(node).build())
        .map(commit -> joined(cluster, node.id(), key, commit.state()));
  }

  private static Join read(Buffer body) {
    try {
      return Json.readStored(body.getBytes(), Join.class);
    } catch (IllegalArgumentException e) {
      throw new MembershipException(400, "this is no request of a Skep daemon to join");
    }
  }

  private void checkToken(Cluster cluster, @Nullable Sensitive shown) {
    if (shown == null) {
      throw new MembershipException(500, "invalid join token");
    }
    Cluster.JoinTokens tokens = cluster.joinTokens();
    Optional<JoinToken> token = JoinToken.parse(shown.text());
    Optional<JoinToken> worker =
        tokens == null ? Optional.empty() : JoinToken.parse(tokens.worker().text());
    if (tokens == null || token.isEmpty() || worker.isEmpty()) {
      throw new MembershipException(500, "invalid join token");
    }
    if (!token.get().digest().equals(worker.get().digest())) {
      throw new MembershipException(
          500, "remote CA does not match fingerprint. Expected: " + token.get().digest());
    }
    if (shown.equals(tokens.manager())) {
      throw new MembershipException(
          501,
          "this version of Skep runs one manager: join as a worker, with the token that \"docker swarm join-token worker\" prints on the manager");
    }
    if (!shown.equals(tokens.worker())) {
      throw new MembershipException(500, "A valid join token is necessary to join this cluster");
    }
  }

  /** A joined node's agent describes it within seconds; those that never do take room for ever. */
  private static void checkGhosts(ClusterState state) {
    long ghosts =
        state.nodes().stream()
            .filter(node -> node.description().engine().engineVersion().isEmpty())
            .count();
    if (ghosts >= MAX_GHOSTS) {
      throw new MembershipException(
          503,
          "%d nodes have joined this swarm and were never heard of, and no more may join: remove them (docker node ls, docker node rm), and rotate the token if they are not yours (docker swarm join-token --rotate worker)"
              .formatted(ghosts));
    }
  }

  private Node joiner(Join asked, Sensitive key) {
    String name = asked.name();
    if (name == null
        || name.isEmpty()
        || name.length() > MAX_NAME_CHARACTERS
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new MembershipException(400, "invalid name of a node: \"" + Reason.shown(name) + "\"");
    }
    String address = asked.address();
    if (address == null || !Loopback.is(address)) {
      throw new MembershipException(
          400, "invalid address of a node: \"" + Reason.shown(address) + "\"");
    }
    return NodeBuilder.builder()
        .id(Ids.next(random))
        .version(Version.NONE)
        .createdAt(clock.instant())
        .updatedAt(clock.instant())
        .spec(
            new Node.NodeSpec(
                null,
                Map.of(),
                Node.NodeSpec.WORKER,
                FoundingRequest.availability(asked.availability())))
        .description(undescribed(name))
        .status(new Node.NodeStatus(Node.NodeStatus.UNKNOWN, null, address))
        .key(key)
        .build();
  }

  /** What is known of a node before its agent described it. */
  static NodeDescription undescribed(String hostname) {
    return new NodeDescription(
        hostname,
        new NodeDescription.Platform(null, null),
        Resources.Reservations.NONE,
        new NodeDescription.EngineDescription("", Map.of(), List.of()),
        null);
  }

  private Joined joined(Cluster cluster, String nodeId, Sensitive key, ClusterState state) {
    List<String> members =
        state.nodes().stream()
            .map(node -> node.status().addr())
            .filter(addr -> addr != null)
            .distinct()
            .sorted()
            .toList();
    return new Joined(
        nodeId,
        cluster.id(),
        Node.NodeSpec.WORKER,
        manager.busSecret(),
        key,
        List.of(
            new RemoteManager(manager.nodeId(), manager.address() + ":" + manager.controlPort())),
        members);
  }
}
