package dev.skep.gateway;

import dev.skep.engine.fake.FakeEngine;
import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.api.body.MemoryBudget;
import dev.skep.store.Store;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.membership.InitialObjects;
import dev.skep.store.membership.Membership;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.memory.MemoryStore;
import dev.skep.store.model.Cluster.JoinTokens;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.state.Transaction;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A gateway on a Unix socket, in front of a store in memory and an engine. */
public final class GatewayFixture implements AutoCloseable {
  public static final String MANAGER = "manager0000000000000000id";
  public static final String WORKER = "worker00000000000000000id";
  public static final String WORKER_TOKEN = "SWMTKN-1-" + "d".repeat(50) + "-" + "w".repeat(25);
  private static final long SECONDS = 20;

  /** Of such a heap requests get no more than the largest one needs. */
  private static final long SMALL_HEAP = 96L * 1024 * 1024;

  private static final Instant START = Instant.parse("2026-11-21T03:00:00Z");

  public final Vertx vertx =
      Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
  public final FakeMembership membership = new FakeMembership();
  public final MemoryStore store = new MemoryStore();
  public final Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);
  public final Path directory;
  public final ApiEndpoint.Unix socket;
  public final @Nullable FakeEngine engine;
  private final GatewayVerticle gateway;
  private final HttpClient client = vertx.createHttpClient();
  private final AtomicLong seconds = new AtomicLong();

  /** In front of an engine that a test scripts. */
  public GatewayFixture() {
    this(null);
  }

  /** In front of a real engine, or of a fake one when it is absent. */
  public GatewayFixture(@Nullable ApiEndpoint realEngine) {
    try {
      directory = Files.createTempDirectory("skep-gateway-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    socket = new ApiEndpoint.Unix(directory.resolve("skep.sock"));
    engine = realEngine == null ? FakeEngine.start(vertx, directory.resolve("engine.sock")) : null;
    InstantSource clock = () -> START.plusSeconds(seconds.incrementAndGet());
    gateway =
        new GatewayVerticle(
            membership,
            engine == null ? java.util.Objects.requireNonNull(realEngine) : engine.endpoint(),
            new GatewayOptions(
                List.of(socket), "node-1", directory.resolve("own"), "0.1-test", SMALL_HEAP),
            realEngine == null ? clock : InstantSource.system(),
            new Random(7));
    vertx
        .deployVerticle(
            gateway, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
        .await();
  }

  public HttpClient client() {
    return client;
  }

  /** The memory for requests' bodies, as much as the largest one needs. */
  public MemoryBudget bodies() {
    return gateway.bodies();
  }

  public FakeEngine engine() {
    return java.util.Objects.requireNonNull(engine);
  }

  /** Founds a swarm with this host as its manager and one more, ready, worker. */
  public GatewayFixture asManager() {
    Transaction.Builder founding = Transaction.at(START);
    InitRequest request =
        new InitRequest(null, null, null, null, null, null, null, null, null, null);
    InitialObjects.addTo(
        founding,
        request,
        "cluster000000000000000000",
        new JoinTokens(
            new Sensitive(WORKER_TOKEN),
            new Sensitive("SWMTKN-1-" + "d".repeat(50) + "-" + "m".repeat(25))),
        new Sensitive("bus"),
        START,
        new Random(1));
    founding.create(node(MANAGER, "node-1", "127.0.0.2", true));
    founding.create(node(WORKER, "node-2", "127.0.0.3", false));
    store.commit(founding.build()).await();
    membership.move(
        new Membership.Manager(
            MANAGER,
            "127.0.0.2",
            List.of(new RemoteManager(MANAGER, "127.0.0.2:2377")),
            store,
            bus));
    return this;
  }

  public GatewayFixture asWorker() {
    return asWorker(null);
  }

  /** A worker that no manager answers, for a reason. */
  public GatewayFixture asWorker(@Nullable String silence) {
    membership.move(
        new Membership.Worker(
            WORKER,
            "127.0.0.3",
            List.of(new RemoteManager(MANAGER, "127.0.0.2:2377")),
            () -> Optional.ofNullable(silence)));
    return this;
  }

  public static Node node(String id, String name, String address, boolean manager) {
    return new Node(
        id,
        Version.NONE,
        START,
        START,
        new Node.NodeSpec(
            null, Map.of(), manager ? Node.NodeSpec.MANAGER : Node.NodeSpec.WORKER, "active"),
        new NodeDescription(
            name,
            new NodeDescription.Platform("x86_64", "linux"),
            new Reservations(2_000_000_000L, 8_000_000_000L, List.of()),
            new NodeDescription.EngineDescription("20.10.24", Map.of(), List.of()),
            null),
        new Node.NodeStatus(Node.NodeStatus.READY, null, address),
        manager ? new Node.ManagerStatus(true, "reachable", address + ":2377") : null,
        null,
        null,
        List.of());
  }

  public Store store() {
    return store;
  }

  public void create(SwarmObject... objects) {
    Transaction.Builder transaction = Transaction.at(START);
    for (SwarmObject object : objects) {
      transaction.create(object);
    }
    store.commit(transaction.build()).await();
  }

  public void update(SwarmObject object) {
    store.commit(Transaction.at(START).update(object).build()).await();
  }

  public Answer get(String uri) {
    return call(HttpMethod.GET, uri, null, Map.of());
  }

  public Answer delete(String uri) {
    return call(HttpMethod.DELETE, uri, null, Map.of());
  }

  public Answer post(String uri, String body) {
    return call(HttpMethod.POST, uri, body, Map.of());
  }

  public Answer call(
      HttpMethod method, String uri, @Nullable String body, Map<String, String> headers) {
    return within(
        send(
            method,
            uri,
            body,
            headers,
            response ->
                response
                    .body()
                    .map(text ->
                        new Answer(response.statusCode(), response.headers(), text.toString()))));
  }

  /** Sends a request whose answer is read while it comes; done once its head is there. */
  public Stream open(String uri) {
    return within(
        send(
            HttpMethod.GET,
            uri,
            null,
            Map.of(),
            response -> Future.succeededFuture(new Stream(response))));
  }

  /** {@code read} is called on the connection's own context, before the answer's body can pass. */
  private <T> Future<T> send(
      HttpMethod method,
      String uri,
      @Nullable String body,
      Map<String, String> headers,
      Function<HttpClientResponse, Future<T>> read) {
    RequestOptions to =
        new RequestOptions()
            .setServer(socket.vertxAddress())
            .setHost("localhost")
            .setPort(80)
            .setMethod(method)
            .setURI(uri);
    return client
        .request(to)
        .compose(request -> {
          headers.forEach(request::putHeader);
          Future<HttpClientResponse> answer =
              body == null
                  ? request.send()
                  : request.putHeader("Content-Type", "application/json").send(body);
          return answer.compose(read);
        });
  }

  /** An answer that is read while it comes. */
  public static final class Stream {
    public final HttpClientResponse response;
    private final Buffer received = Buffer.buffer();
    private final Future<Void> end;

    Stream(HttpClientResponse response) {
      this.response = response;
      response.handler(this::take);
      this.end = response.end();
    }

    private synchronized void take(Buffer part) {
      received.appendBuffer(part);
      notifyAll();
    }

    /** What came so far. */
    public synchronized Buffer received() {
      return received.copy();
    }

    /** Waits until what came satisfies a condition. */
    public synchronized Buffer until(Predicate<Buffer> condition) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      while (!condition.test(received)) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("did not come: " + received);
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      return received.copy();
    }

    /** Waits for the end. */
    public Buffer all() {
      within(end);
      return received();
    }

    public void close() {
      response.request().reset();
    }
  }

  /** Waits until the condition holds, looking again at each step. */
  public void awaitTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within " + SECONDS + " s");
      }
      within(vertx.timer(10, TimeUnit.MILLISECONDS).mapEmpty());
    }
  }

  /** Waits for what must come soon. */
  public static <T extends @Nullable Object> T within(Future<T> future) {
    try {
      return future.await(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing came within " + SECONDS + " s", e);
    }
  }

  @Override
  public void close() {
    vertx.close().await();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
