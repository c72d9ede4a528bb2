package dev.skep.conf.swarm;

import dev.skep.store.ClusterState;
import dev.skep.store.Store;
import dev.skep.store.Transaction;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Json;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeBuilder;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Resources;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The manager's side of joining: hosts that show a join token get a node id and what they need to
 * find the event bus.
 */
public final class ControlPort {
  static final int DEFAULT_PORT = 2377;
  private static final String JOIN_PATH = "/skep/v1/join";
  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final int CONNECT_MILLIS = 3_000;
  private static final int REPLY_MILLIS = 15_000;

  private final Store store;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Identity manager;
  private final HttpServer server;

  private ControlPort(
      Vertx vertx, Store store, Identity manager, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.manager = manager;
    this.clock = clock;
    this.random = random;
    this.server = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(60));
  }

  /** Asks for membership. The name is the host's; {@code address} is where its parts will bind. */
  record Join(Sensitive token, String name, String address, String availability) {}

  /** Membership granted. */
  record Joined(
      String nodeId,
      String clusterId,
      String role,
      Sensitive busName,
      List<RemoteManager> managers,
      List<String> members) {}

  /**
   * Listens on the manager's address. Fails with {@link MembershipException} when the port is
   * taken.
   */
  public static Future<ControlPort> listen(
      Vertx vertx, Store store, Identity manager, InstantSource clock, RandomGenerator random) {
    ControlPort port = new ControlPort(vertx, store, manager, clock, random);
    return port.server
        .requestHandler(port::serve)
        .listen(manager.controlPort(), manager.address())
        .map(port)
        .recover(cause ->
            Future.failedFuture(
                new MembershipException(
                    500,
                    "cannot listen on the control port %s:%d: %s; free it or give another with --listen-addr"
                        .formatted(manager.address(), manager.controlPort(), cause.getMessage()))));
  }

  public Future<Void> close() {
    return server.close();
  }

  private void serve(HttpServerRequest request) {
    if (!HttpMethod.POST.equals(request.method()) || !JOIN_PATH.equals(request.path())) {
      answer(request, 404, new Refused("page not found"));
      return;
    }
    request
        .body()
        .compose(body ->
            body.length() > MAX_BODY_BYTES
                ? refuse(400, "the request to join is too long")
                : join(body))
        .onSuccess(joined -> answer(request, 200, joined))
        .onFailure(cause ->
            answer(
                request,
                cause instanceof MembershipException refused ? refused.status() : 500,
                new Refused(String.valueOf(cause.getMessage()))));
  }

  private record Refused(String message) {}

  private static void answer(HttpServerRequest request, int status, Object body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(Json.stored(body));
  }

  private Future<Joined> join(Buffer body) {
    Join asked = Json.readStored(body.getBytes(), Join.class);
    ClusterState state = store.state();
    Cluster cluster =
        state
            .cluster()
            .orElseThrow(
                () -> new MembershipException(503, "this manager has no swarm yet; try again"));
    checkToken(cluster, asked.token());
    Node node = joiner(asked);
    return store
        .commit(Transaction.at(clock.instant()).create(node).build())
        .map(commit -> joined(cluster, node.id(), commit.state()));
  }

  private void checkToken(Cluster cluster, Sensitive shown) {
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

  private Node joiner(Join asked) {
    return NodeBuilder.builder()
        .id(Ids.next(random))
        .version(Version.NONE)
        .createdAt(clock.instant())
        .updatedAt(clock.instant())
        .spec(new Node.NodeSpec(null, Map.of(), Node.NodeSpec.WORKER, asked.availability()))
        .description(undescribed(asked.name()))
        .status(new Node.NodeStatus(Node.NodeStatus.UNKNOWN, null, asked.address()))
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

  private Joined joined(Cluster cluster, String nodeId, ClusterState state) {
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
        manager.busName(),
        List.of(
            new RemoteManager(manager.nodeId(), manager.address() + ":" + manager.controlPort())),
        members);
  }

  private static <T> Future<T> refuse(int status, String message) {
    return Future.failedFuture(new MembershipException(status, message));
  }

  /**
   * The joining host's side: asks the manager at {@code host:port}. Fails with {@link
   * MembershipException}.
   */
  static Future<Joined> ask(Vertx vertx, String host, int port, Join join) {
    HttpClient client =
        vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS));
    RequestOptions to =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(host)
            .setPort(port)
            .setURI(JOIN_PATH)
            .setTimeout(REPLY_MILLIS);
    return client
        .request(to)
        .compose(request ->
            // The answer is read where it arrives, so that none of it can pass before.
            request
                .send(Buffer.buffer(Json.storedBytes(join)))
                .compose(
                    response -> response.body().map(body -> read(response.statusCode(), body))))
        .recover(cause ->
            cause instanceof MembershipException
                ? Future.failedFuture(cause)
                : refuse(
                    503,
                    "cannot reach a manager at %s:%d: %s"
                        .formatted(host, port, cause.getMessage())))
        .eventually(client::close);
  }

  private static Joined read(int status, Buffer body) {
    if (status == 200) {
      return Json.readStored(body.getBytes(), Joined.class);
    }
    throw new MembershipException(
        status, Json.readStored(body.getBytes(), Refused.class).message());
  }
}
