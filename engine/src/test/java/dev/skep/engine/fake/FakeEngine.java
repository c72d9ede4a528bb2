package dev.skep.engine.fake;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.ApiVersion;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * See the package's description. What a test scripts with {@link #answer} comes first; all else is
 * answered from the state in memory.
 *
 * <p>All its state is guarded by its monitor; its HTTP server calls it on one event loop.
 */
public final class FakeEngine {
  private final Vertx vertx;
  private final ApiEndpoint.Unix endpoint;
  private final FakeEvents events = new FakeEvents(this);
  private final FakeImages images = new FakeImages(this);
  private final FakeContainers containers = new FakeContainers(this, images, events);
  private final FakeNetworks networks = new FakeNetworks(containers);
  private final Map<String, Handler<HttpServerRequest>> scripted = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private @Nullable HttpServer server;
  private String apiVersion = "1.41";

  private FakeEngine(Vertx vertx, Path socket) {
    this.vertx = vertx;
    this.endpoint = new ApiEndpoint.Unix(socket);
  }

  public static FakeEngine start(Vertx vertx, Path socket) {
    FakeEngine engine = new FakeEngine(vertx, socket);
    engine.up();
    return engine;
  }

  // The engine itself

  public ApiEndpoint endpoint() {
    return endpoint;
  }

  /** Listens (again) at its socket. */
  public void up() {
    server = vertx.createHttpServer().requestHandler(this::accept);
    within(server.listen(endpoint.vertxAddress()));
  }

  /** Stops answering and cuts every connection, as a killed engine does; the containers go on. */
  public void down() {
    HttpServer running = Objects.requireNonNull(server);
    synchronized (this) {
      events.forgetListeners();
    }
    within(running.close());
  }

  private static void within(io.vertx.core.Future<?> done) {
    try {
      var _ = done.await(10, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  public synchronized void speak(String version) {
    apiVersion = version;
  }

  /** Method and path of each request, with its version and without its query. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  public synchronized void forgetCalls() {
    calls.clear();
  }

  /** Method and target of each request, without the version, but for pings and versions. */
  public List<String> asked() {
    return asked;
  }

  /** Answers requests for a path, such as "GET /info", whatever the query, with JSON. */
  public void answer(String methodAndPath, String json) {
    scripted.put(methodAndPath, request -> request.response().end(json));
  }

  public void answer(String methodAndPath, Handler<HttpServerRequest> handler) {
    scripted.put(methodAndPath, handler);
  }

  // Images

  public synchronized void addImage(String reference) {
    images.add(reference);
  }

  /** Makes a pull of this image succeed. */
  public synchronized void makePullable(String reference) {
    images.makePullable(reference);
  }

  /** Stops pulls in the middle of their layer until {@link #releasePulls}. */
  public synchronized void holdPulls() {
    images.holdPulls();
  }

  public synchronized void releasePulls() {
    images.releasePulls();
  }

  public synchronized @Nullable String lastRegistryAuth() {
    return images.lastRegistryAuth();
  }

  // Networks

  public synchronized List<String> networkNames() {
    return networks.names();
  }

  // Containers

  /**
   * Keeps answers to lists of containers, as they are at that moment, until {@link #releaseLists}.
   */
  public synchronized void holdLists() {
    containers.holdLists();
  }

  public synchronized void releaseLists() {
    containers.releaseLists();
  }

  /** Makes the start of every container whose name begins so fail with this text. */
  public synchronized void failStart(String namePrefix, String message) {
    containers.failStart(namePrefix, message);
  }

  /** Makes containers whose name begins so ignore the stop signal until {@link #exit}. */
  public synchronized void ignoreStop(String namePrefix) {
    containers.ignoreStop(namePrefix);
  }

  public synchronized List<FakeContainer> containers() {
    return containers.all();
  }

  public synchronized @Nullable FakeContainer find(String idOrName) {
    return containers.find(idOrName);
  }

  /** The one container whose name begins so. */
  public synchronized FakeContainer named(String prefix) {
    return containers.named(prefix);
  }

  public synchronized void exit(FakeContainer c, int code) {
    containers.die(c, code);
  }

  public synchronized void oom(FakeContainer c) {
    containers.oom(c);
  }

  public synchronized void health(FakeContainer c, String status, String output) {
    containers.health(c, status, output);
  }

  /** What `docker start` does with a container that ended. */
  public synchronized void startByHand(FakeContainer c) {
    containers.startByHand(c);
  }

  /** Removes a container behind the agent's back. */
  public synchronized void destroy(FakeContainer c) {
    containers.destroy(c);
  }

  public synchronized void log(FakeContainer c, int stream, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    containers.log(
        c,
        Buffer.buffer()
            .appendByte((byte) stream)
            .appendBytes(new byte[3])
            .appendInt(bytes.length)
            .appendBytes(bytes));
  }

  /** What a container with a terminal writes: no frames. */
  public synchronized void raw(FakeContainer c, String text) {
    containers.log(c, Buffer.buffer(text));
  }

  // HTTP

  private void accept(HttpServerRequest request) {
    ApiUri uri = ApiUri.parse(request.uri());
    boolean routine = uri.path().equals("/_ping") || uri.path().equals("/version");
    if (!routine) {
      asked.add(
          request.method() + " " + uri.path() + (uri.query().isEmpty() ? "" : "?" + uri.query()));
    }
    HttpServerResponse response = request.response();
    synchronized (this) {
      calls.add(request.method() + " " + request.path());
      response.putHeader("Api-Version", apiVersion);
    }
    response
        .putHeader("Docker-Experimental", "false")
        .putHeader("Ostype", "linux")
        .putHeader("Server", "Docker/20.10.24 (linux)")
        .putHeader("Content-Type", "application/json");
    Handler<HttpServerRequest> script = scripted.get(request.method() + " " + uri.path());
    if (script != null) {
      script.handle(request);
    } else {
      request.body().onSuccess(body -> answer(uri, new FakeCall(request, uri.path(), body)));
    }
  }

  private synchronized void answer(ApiUri uri, FakeCall call) {
    if (uri.path().equals("/_ping")) {
      call.response().putHeader("Content-Type", "text/plain").end("OK");
      return;
    }
    ApiVersion newest = ApiVersion.parse(apiVersion).orElseThrow();
    ApiVersion wanted = uri.version().orElse(newest);
    if (wanted.compareTo(newest) > 0) {
      call.fail(
          400,
          "client version "
              + wanted
              + " is too new. Maximum supported API version is "
              + apiVersion);
      return;
    }
    switch (call.request().method() + " " + call.part(0)) {
      case "GET info" -> call.json(200, info());
      case "GET version" -> call.json(200, version());
      case "GET containers" -> containers.get(call);
      case "POST containers" -> containers.post(call);
      case "DELETE containers" -> containers.delete(call);
      case "GET images" -> images.inspect(call);
      case "POST images" -> images.pull(call);
      case "GET networks" -> networks.get(call);
      case "POST networks" -> networks.post(call);
      case "DELETE networks" -> networks.delete(call);
      case "GET events" -> events.stream(call);
      default -> call.fail(404, "page not found");
    }
  }

  private static JsonObject info() {
    return new JsonObject()
        .put("Name", "fakehost")
        .put("OSType", "linux")
        .put("Architecture", "x86_64")
        .put("NCPU", 2)
        .put("MemTotal", 1L << 30)
        .put("ServerVersion", "20.10.24")
        .put("Containers", 3)
        .put("Swarm", new JsonObject().put("NodeID", ""));
  }

  private JsonObject version() {
    return new JsonObject()
        .put("Version", "20.10.24")
        .put("ApiVersion", apiVersion)
        .put("MinAPIVersion", "1.12")
        .put("Components", new JsonArray());
  }
}
