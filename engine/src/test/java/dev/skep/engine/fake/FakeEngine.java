package dev.skep.engine.fake;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * See the package's description. All its state is guarded by its monitor; its HTTP server calls it
 * on one event loop.
 */
public final class FakeEngine {
  private static final int EVENTS_KEPT = 256;

  private final Vertx vertx;
  private final Path socket;
  private @Nullable HttpServer server;
  private String apiVersion = "1.41";
  private final Map<String, FakeContainer> containers = new LinkedHashMap<>();
  private final Map<String, JsonObject> networks = new LinkedHashMap<>();
  private final Set<String> images = new LinkedHashSet<>();
  private final Set<String> pullable = new LinkedHashSet<>();
  private final Map<String, String> startErrors = new LinkedHashMap<>();
  private final List<String> calls = new ArrayList<>();
  private final Set<String> deafToStop = new LinkedHashSet<>();
  private final Deque<JsonObject> events = new ArrayDeque<>();
  private final List<Listener> listeners = new ArrayList<>();
  private @Nullable String lastRegistryAuth;
  private Promise<Void> pullsGoOn = Promise.promise();
  private Promise<Void> listsGoOn = Promise.promise();
  private long clockNano = 1_700_000_000_000_000_000L;
  private int serial;

  private record Listener(HttpServerResponse response, JsonObject filters) {}

  private FakeEngine(Vertx vertx, Path socket) {
    this.vertx = vertx;
    this.socket = socket;
    pullsGoOn.complete();
    listsGoOn.complete();
  }

  public static FakeEngine start(Vertx vertx, Path socket) throws Exception {
    FakeEngine engine = new FakeEngine(vertx, socket);
    engine.up();
    return engine;
  }

  /** Listens (again) at its socket. */
  public void up() throws Exception {
    server = vertx.createHttpServer(new HttpServerOptions()).requestHandler(this::accept);
    server
        .listen(SocketAddress.domainSocketAddress(socket.toString()))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  /** Stops answering and cuts every connection, as a killed engine does; the containers go on. */
  public void down() throws Exception {
    HttpServer running = Objects.requireNonNull(server);
    synchronized (this) {
      listeners.clear();
    }
    running.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  public synchronized void speak(String version) {
    apiVersion = version;
  }

  public synchronized void addImage(String reference) {
    images.add(reference);
  }

  /** Makes a pull of this image succeed. */
  public synchronized void makePullable(String reference) {
    pullable.add(reference);
  }

  /** Stops pulls in the middle of their layer until {@link #releasePulls}. */
  public synchronized void holdPulls() {
    pullsGoOn = Promise.promise();
  }

  public synchronized void releasePulls() {
    pullsGoOn.complete();
  }

  /**
   * Keeps answers to lists of containers, as they are at that moment, until {@link #releaseLists}.
   */
  public synchronized void holdLists() {
    listsGoOn = Promise.promise();
  }

  public synchronized void releaseLists() {
    listsGoOn.complete();
  }

  /** Makes the start of every container whose name begins so fail with this text. */
  public synchronized void failStart(String namePrefix, String message) {
    startErrors.put(namePrefix, message);
  }

  /** Makes containers whose name begins so ignore the stop signal until {@link #exit}. */
  public synchronized void ignoreStop(String namePrefix) {
    deafToStop.add(namePrefix);
  }

  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  public synchronized void forgetCalls() {
    calls.clear();
  }

  public synchronized @Nullable String lastRegistryAuth() {
    return lastRegistryAuth;
  }

  public synchronized List<FakeContainer> containers() {
    return List.copyOf(containers.values());
  }

  public synchronized List<String> networkNames() {
    return networks.values().stream().map(n -> n.getString("Name")).toList();
  }

  public synchronized @Nullable FakeContainer find(String idOrName) {
    FakeContainer byId = containers.get(idOrName);
    return byId != null
        ? byId
        : containers.values().stream()
            .filter(c -> c.name.equals(idOrName))
            .findFirst()
            .orElse(null);
  }

  /** The one container whose name begins so. */
  public synchronized FakeContainer named(String prefix) {
    List<FakeContainer> found =
        containers.values().stream().filter(c -> c.name.startsWith(prefix)).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          found.size()
              + " containers are named "
              + prefix
              + "...: "
              + containers.values().stream().map(c -> c.name).toList());
    }
    return found.getFirst();
  }

  // What happens to containers

  public synchronized void exit(FakeContainer c, int code) {
    die(c, code);
  }

  public synchronized void oom(FakeContainer c) {
    c.oomKilled = true;
    emit("oom", c, Map.of());
    die(c, 137);
  }

  public synchronized void health(FakeContainer c, String status, String output) {
    c.health = status;
    c.probeOutput = output;
    emit("health_status: " + status, c, Map.of());
  }

  /** What `docker start` does with a container that ended. */
  public synchronized void startByHand(FakeContainer c) {
    c.phase = "running";
    c.pid = 4242;
    emit("start", c, Map.of());
  }

  /** Removes a container behind the agent's back. */
  public synchronized void destroy(FakeContainer c) {
    if (c.running()) {
      die(c, 137);
    }
    remove(c);
  }

  public synchronized void log(FakeContainer c, int stream, String text) {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Buffer frame =
        Buffer.buffer()
            .appendByte((byte) stream)
            .appendBytes(new byte[3])
            .appendInt(bytes.length)
            .appendBytes(bytes);
    c.log.add(frame);
    c.followers.forEach(f -> f.write(frame));
  }

  /** What a container with a terminal writes: no frames. */
  public synchronized void raw(FakeContainer c, String text) {
    c.log.add(Buffer.buffer(text));
  }

  private void die(FakeContainer c, int code) {
    c.phase = "exited";
    c.pid = 0;
    c.exitCode = code;
    c.followers.forEach(HttpServerResponse::end);
    c.followers.clear();
    emit("die", c, Map.of("exitCode", Integer.toString(code)));
    HttpServerResponse stopping = c.stopping;
    if (stopping != null) {
      c.stopping = null;
      emit("stop", c, Map.of());
      stopping.setStatusCode(204).end();
    }
  }

  private void remove(FakeContainer c) {
    containers.remove(c.id);
    emit("destroy", c, Map.of());
  }

  private void emit(String action, FakeContainer c, Map<String, String> extra) {
    JsonObject attributes = new JsonObject();
    c.labels().forEach(attributes::put);
    attributes.put("name", c.name).put("image", c.body.getString("Image"));
    extra.forEach(attributes::put);
    clockNano += 1_000_000;
    JsonObject event =
        new JsonObject()
            .put("Type", "container")
            .put("Action", action)
            .put("Actor", new JsonObject().put("ID", c.id).put("Attributes", attributes))
            .put("scope", "local")
            .put("timeNano", clockNano);
    events.addLast(event);
    if (events.size() > EVENTS_KEPT) {
      events.removeFirst();
    }
    for (Listener listener : listeners) {
      if (wanted(event, listener.filters)) {
        listener.response.write(event.encode() + "\n");
      }
    }
  }

  private static boolean wanted(JsonObject event, JsonObject filters) {
    JsonObject attributes = event.getJsonObject("Actor").getJsonObject("Attributes");
    boolean labels =
        values(filters, "label").stream()
            .allMatch(l -> {
              int eq = l.indexOf('=');
              return eq < 0
                  ? attributes.containsKey(l)
                  : l.substring(eq + 1).equals(attributes.getString(l.substring(0, eq)));
            });
    List<String> types = values(filters, "type");
    List<String> actions = values(filters, "event");
    String action = event.getString("Action");
    return labels
        && (types.isEmpty() || types.contains("container"))
        && (actions.isEmpty()
            || actions.stream().anyMatch(a -> action.equals(a) || action.startsWith(a + ":")));
  }

  private static List<String> values(JsonObject filters, String key) {
    JsonArray array = filters.getJsonArray(key, new JsonArray());
    return array.stream().map(String::valueOf).toList();
  }

  // HTTP

  private void accept(HttpServerRequest request) {
    request.body().onSuccess(body -> answer(request, body));
  }

  private synchronized void answer(HttpServerRequest request, Buffer body) {
    String path = Objects.requireNonNull(request.path());
    calls.add(request.method() + " " + path);
    HttpServerResponse response = request.response();
    response.putHeader("Api-Version", apiVersion).putHeader("Content-Type", "application/json");
    if (path.equals("/_ping")) {
      response.putHeader("Content-Type", "text/plain").end("OK");
      return;
    }
    if (path.startsWith("/v")) {
      int slash = path.indexOf('/', 1);
      String asked = path.substring(2, slash);
      if (Integer.parseInt(asked.substring(2)) > Integer.parseInt(apiVersion.substring(2))) {
        fail(
            response,
            400,
            "client version "
                + asked
                + " is too new. Maximum supported API version is "
                + apiVersion);
        return;
      }
      path = path.substring(slash);
    }
    String[] parts = path.substring(1).split("/");
    switch (request.method() + " " + parts[0]) {
      case "GET info" ->
          json(
              response,
              200,
              new JsonObject()
                  .put("Name", "fakehost")
                  .put("OSType", "linux")
                  .put("Architecture", "x86_64")
                  .put("NCPU", 2)
                  .put("MemTotal", 1L << 30)
                  .put("ServerVersion", "20.10.24"));
      case "GET version" ->
          json(
              response,
              200,
              new JsonObject().put("Version", "20.10.24").put("ApiVersion", apiVersion));
      case "GET containers" -> getContainers(request, response, parts);
      case "POST containers" -> postContainers(request, response, parts, body);
      case "DELETE containers" -> deleteContainer(request, response, parts[1]);
      case "GET images" -> getImage(response, path);
      case "POST images" -> pull(request, response);
      case "GET networks" -> getNetworks(request, response, parts);
      case "POST networks" -> postNetworks(response, parts, body);
      case "DELETE networks" -> deleteNetwork(response, parts[1]);
      case "GET events" -> streamEvents(request, response);
      default -> fail(response, 404, "page not found");
    }
  }

  private void getContainers(
      HttpServerRequest request, HttpServerResponse response, String[] parts) {
    if (parts[1].equals("json")) {
      JsonObject filters = new JsonObject(request.getParam("filters", "{}"));
      JsonArray list = new JsonArray();
      for (FakeContainer c : containers.values()) {
        Map<String, String> labels = c.labels();
        boolean all =
            values(filters, "label").stream()
                .allMatch(l -> {
                  int eq = l.indexOf('=');
                  return eq < 0
                      ? labels.containsKey(l)
                      : l.substring(eq + 1).equals(labels.get(l.substring(0, eq)));
                });
        if (all) {
          list.add(c.summary());
        }
      }
      listsGoOn.future().onComplete(now -> response.end(list.encode()));
      return;
    }
    FakeContainer c = find(parts[1]);
    if (c == null) {
      fail(response, 404, "No such container: " + parts[1]);
    } else if (parts[2].equals("logs")) {
      logs(request, response, c);
    } else {
      json(response, 200, c.details());
    }
  }

  private void logs(HttpServerRequest request, HttpServerResponse response, FakeContainer c) {
    response.setChunked(true);
    String tail = request.getParam("tail", "all");
    int from = tail.equals("all") ? 0 : Math.max(0, c.log.size() - Integer.parseInt(tail));
    response.writeHead();
    c.log.subList(from, c.log.size()).forEach(response::write);
    if (Boolean.parseBoolean(request.getParam("follow")) && c.running()) {
      c.followers.add(response);
      response.closeHandler(closed -> {
        synchronized (this) {
          c.followers.remove(response);
        }
      });
    } else {
      response.end();
    }
  }

  private void postContainers(
      HttpServerRequest request, HttpServerResponse response, String[] parts, Buffer body) {
    if (parts[1].equals("create")) {
      create(request.getParam("name", ""), response, body.toJsonObject());
      return;
    }
    FakeContainer c = find(parts[1]);
    if (c == null) {
      fail(response, 404, "No such container: " + parts[1]);
      return;
    }
    switch (parts[2]) {
      case "start" -> start(response, c);
      case "stop" -> stop(request, response, c);
      case "kill" -> {
        if (!c.running()) {
          fail(
              response,
              409,
              "Cannot kill container: " + parts[1] + ": Container " + c.id + " is not running");
        } else {
          die(c, 137);
          response.setStatusCode(204).end();
        }
      }
      default -> fail(response, 404, "page not found");
    }
  }

  private void create(String name, HttpServerResponse response, JsonObject body) {
    FakeContainer taken = find(name);
    if (taken != null) {
      fail(
          response,
          409,
          "Conflict. The container name \"/"
              + name
              + "\" is already in use by container \""
              + taken.id
              + "\". You have to remove (or rename) that container to be able to reuse that name.");
      return;
    }
    String image = body.getString("Image");
    if (!images.contains(image)) {
      fail(response, 404, "No such image: " + image);
      return;
    }
    serial++;
    FakeContainer c = new FakeContainer(String.format("%064x", serial), name, body);
    containers.put(c.id, c);
    emit("create", c, Map.of());
    json(response, 201, new JsonObject().put("Id", c.id).put("Warnings", new JsonArray()));
  }

  private void start(HttpServerResponse response, FakeContainer c) {
    if (c.running()) {
      response.setStatusCode(304).end();
      return;
    }
    for (Map.Entry<String, String> error : startErrors.entrySet()) {
      if (c.name.startsWith(error.getKey())) {
        c.exitCode = 127;
        c.error = error.getValue();
        fail(response, 400, error.getValue());
        return;
      }
    }
    c.starts++;
    c.phase = "running";
    c.pid = 1000 + serial + c.starts;
    int host = Integer.parseInt(c.id.substring(56), 16);
    c.addresses.replaceAll((network, address) -> "172.30." + (host / 250) + "." + (host % 250 + 2));
    emit("start", c, Map.of());
    response.setStatusCode(204).end();
  }

  private void stop(HttpServerRequest request, HttpServerResponse response, FakeContainer c) {
    c.graceSeconds = request.getParam("t");
    if (!c.running()) {
      response.setStatusCode(304).end();
      return;
    }
    c.stopping = response;
    if (deafToStop.stream().noneMatch(c.name::startsWith)) {
      die(c, 143);
    }
  }

  private void deleteContainer(HttpServerRequest request, HttpServerResponse response, String id) {
    FakeContainer c = find(id);
    if (c == null) {
      fail(response, 404, "No such container: " + id);
      return;
    }
    if (c.running()) {
      if (!"1".equals(request.getParam("force"))) {
        fail(
            response,
            409,
            "You cannot remove a running container "
                + c.id
                + ". Stop the container before attempting removal or force remove");
        return;
      }
      die(c, 137);
    }
    remove(c);
    response.setStatusCode(204).end();
  }

  private void getImage(HttpServerResponse response, String path) {
    String name = path.substring("/images/".length(), path.length() - "/json".length());
    if (images.contains(name)) {
      json(response, 200, new JsonObject().put("Id", "sha256:" + "0".repeat(64)));
    } else {
      fail(response, 404, "No such image: " + name);
    }
  }

  private void pull(HttpServerRequest request, HttpServerResponse response) {
    lastRegistryAuth = request.getHeader("X-Registry-Auth");
    String tag = request.getParam("tag", "");
    String reference =
        request.getParam("fromImage") + (tag.startsWith("sha256:") ? "@" : ":") + tag;
    if (!pullable.contains(reference)) {
      fail(
          response,
          404,
          "pull access denied for "
              + request.getParam("fromImage")
              + ", repository does not exist or may require 'docker login'");
      return;
    }
    response.setChunked(true);
    response.write(
        new JsonObject().put("status", "Pulling from " + request.getParam("fromImage")).encode()
            + "\r\n");
    layerLine(response, "Pulling fs layer", new JsonObject());
    layerLine(
        response,
        "Downloading",
        new JsonObject().put("current", 1_000_000).put("total", 3_000_000));
    pullsGoOn
        .future()
        .onSuccess(on -> {
          layerLine(response, "Pull complete", new JsonObject());
          addImage(reference);
          response.end(
              new JsonObject()
                      .put("status", "Status: Downloaded newer image for " + reference)
                      .encode()
                  + "\r\n");
        });
  }

  private static void layerLine(HttpServerResponse response, String status, JsonObject detail) {
    response.write(
        new JsonObject()
                .put("status", status)
                .put("progressDetail", detail)
                .put("id", "a3ed95caeb02")
                .encode()
            + "\r\n");
  }

  private void getNetworks(HttpServerRequest request, HttpServerResponse response, String[] parts) {
    if (parts.length == 1) {
      JsonObject filters = new JsonObject(request.getParam("filters", "{}"));
      JsonArray list = new JsonArray();
      for (JsonObject n : networks.values()) {
        JsonObject labels = n.getJsonObject("Labels", new JsonObject());
        boolean all =
            values(filters, "label").stream()
                .allMatch(l -> {
                  int eq = l.indexOf('=');
                  return eq < 0
                      ? labels.containsKey(l)
                      : l.substring(eq + 1).equals(labels.getString(l.substring(0, eq)));
                });
        if (all) {
          list.add(n);
        }
      }
      response.end(list.encode());
      return;
    }
    JsonObject n = network(parts[1]);
    if (n == null) {
      fail(response, 404, "network " + parts[1] + " not found");
    } else {
      json(response, 200, n);
    }
  }

  private @Nullable JsonObject network(String idOrName) {
    return networks.values().stream()
        .filter(n -> idOrName.equals(n.getString("Id")) || idOrName.equals(n.getString("Name")))
        .findFirst()
        .orElse(null);
  }

  private void postNetworks(HttpServerResponse response, String[] parts, Buffer body) {
    JsonObject json = body.toJsonObject();
    if (parts[1].equals("create")) {
      String name = json.getString("Name");
      if (network(name) != null) {
        fail(response, 409, "network with name " + name + " already exists");
        return;
      }
      serial++;
      String id = String.format("%064x", 0xabc0000 + serial);
      networks.put(id, json.copy().put("Id", id));
      json(response, 201, new JsonObject().put("Id", id).put("Warning", ""));
      return;
    }
    FakeContainer c = find(json.getString("Container"));
    if (c == null || network(parts[1]) == null) {
      fail(
          response,
          404,
          c == null
              ? "No such container: " + json.getString("Container")
              : "network " + parts[1] + " not found");
      return;
    }
    c.addresses.put(parts[1], "");
    response.setStatusCode(200).end();
  }

  private void deleteNetwork(HttpServerResponse response, String idOrName) {
    JsonObject n = network(idOrName);
    if (n == null) {
      fail(response, 404, "network " + idOrName + " not found");
      return;
    }
    String name = n.getString("Name");
    if (containers.values().stream()
        .anyMatch(c ->
            c.running()
                && (c.addresses.containsKey(name) || c.addresses.containsKey(n.getString("Id"))))) {
      fail(
          response,
          403,
          "error while removing network: network "
              + name
              + " id "
              + n.getString("Id")
              + " has active endpoints");
      return;
    }
    networks.remove(n.getString("Id"));
    response.setStatusCode(204).end();
  }

  private void streamEvents(HttpServerRequest request, HttpServerResponse response) {
    JsonObject filters = new JsonObject(request.getParam("filters", "{}"));
    response.setChunked(true);
    response.writeHead();
    String since = request.getParam("since");
    if (since != null) {
      long sinceNano = Long.parseLong(since.replace(".", ""));
      for (JsonObject event : events) {
        if (event.getLong("timeNano") >= sinceNano && wanted(event, filters)) {
          response.write(event.encode() + "\n");
        }
      }
    }
    Listener listener = new Listener(response, filters);
    listeners.add(listener);
    response.closeHandler(closed -> {
      synchronized (this) {
        listeners.remove(listener);
      }
    });
  }

  private static void json(HttpServerResponse response, int status, JsonObject body) {
    response.setStatusCode(status).end(body.encode() + "\n");
  }

  private static void fail(HttpServerResponse response, int status, String message) {
    json(response, status, new JsonObject().put("message", message));
  }
}
