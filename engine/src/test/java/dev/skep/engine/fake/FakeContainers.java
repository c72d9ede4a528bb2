package dev.skep.engine.fake;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The containers of a {@link FakeEngine}, what is asked of them and what happens to them. */
final class FakeContainers {
  private final Object lock;
  private final FakeImages images;
  private final FakeEvents events;
  private final Map<String, FakeContainer> containers = new LinkedHashMap<>();
  private final Map<String, String> startErrors = new LinkedHashMap<>();
  private final Set<String> deafToStop = new LinkedHashSet<>();
  private Promise<Void> listsGoOn = Promise.promise();
  private int serial;

  /**
   * @param lock the engine's monitor, held by all callers
   */
  FakeContainers(Object lock, FakeImages images, FakeEvents events) {
    this.lock = lock;
    this.images = images;
    this.events = events;
    listsGoOn.complete();
  }

  void holdLists() {
    listsGoOn = Promise.promise();
  }

  void releaseLists() {
    listsGoOn.complete();
  }

  void failStart(String namePrefix, String message) {
    startErrors.put(namePrefix, message);
  }

  void ignoreStop(String namePrefix) {
    deafToStop.add(namePrefix);
  }

  List<FakeContainer> all() {
    return List.copyOf(containers.values());
  }

  @Nullable FakeContainer find(String idOrName) {
    FakeContainer byId = containers.get(idOrName);
    return byId != null
        ? byId
        : containers.values().stream()
            .filter(c -> c.name.equals(idOrName))
            .findFirst()
            .orElse(null);
  }

  FakeContainer named(String prefix) {
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

  void oom(FakeContainer c) {
    c.oomKilled = true;
    events.emit("oom", c, Map.of());
    die(c, 137);
  }

  void health(FakeContainer c, String status, String output) {
    c.health = status;
    c.probeOutput = output;
    events.emit("health_status: " + status, c, Map.of());
  }

  void startByHand(FakeContainer c) {
    c.phase = "running";
    c.pid = 4242;
    events.emit("start", c, Map.of());
  }

  void destroy(FakeContainer c) {
    if (c.running()) {
      die(c, 137);
    }
    remove(c);
  }

  void log(FakeContainer c, Buffer bytes) {
    c.log.add(bytes);
    c.followers.forEach(f -> f.write(bytes));
  }

  void die(FakeContainer c, int code) {
    c.phase = "exited";
    c.pid = 0;
    c.exitCode = code;
    c.followers.forEach(HttpServerResponse::end);
    c.followers.clear();
    events.emit("die", c, Map.of("exitCode", Integer.toString(code)));
    HttpServerResponse stopping = c.stopping;
    if (stopping != null) {
      c.stopping = null;
      events.emit("stop", c, Map.of());
      stopping.setStatusCode(204).end();
    }
  }

  private void remove(FakeContainer c) {
    containers.remove(c.id);
    events.emit("destroy", c, Map.of());
  }

  // What is asked of them

  void get(FakeCall call) {
    if (call.part(1).equals("json")) {
      JsonArray list = new JsonArray();
      containers.values().stream()
          .filter(c -> FakeCall.labelled(call.filters(), c.labels()))
          .forEach(c -> list.add(c.summary()));
      listsGoOn.future().onComplete(now -> call.response().end(list.encode()));
      return;
    }
    FakeContainer c = find(call.part(1));
    if (c == null) {
      call.fail(404, "No such container: " + call.part(1));
      return;
    }
    switch (call.part(2)) {
      case "logs" -> logs(call, c);
      case "json" -> call.json(200, c.details());
      default -> call.fail(404, "page not found");
    }
  }

  private void logs(FakeCall call, FakeContainer c) {
    HttpServerResponse response = call.response();
    response.setChunked(true);
    String tail = call.query("tail", "all");
    int from = tail.equals("all") ? 0 : Math.max(0, c.log.size() - Integer.parseInt(tail));
    response.writeHead();
    c.log.subList(from, c.log.size()).forEach(response::write);
    if (Boolean.parseBoolean(call.query("follow", "")) && c.running()) {
      c.followers.add(response);
      response.closeHandler(closed -> {
        synchronized (lock) {
          c.followers.remove(response);
        }
      });
    } else {
      response.end();
    }
  }

  void post(FakeCall call) {
    if (call.part(1).equals("create")) {
      create(call);
      return;
    }
    FakeContainer c = find(call.part(1));
    if (c == null) {
      call.fail(404, "No such container: " + call.part(1));
      return;
    }
    switch (call.part(2)) {
      case "start" -> start(call, c);
      case "stop" -> stop(call, c);
      case "kill" -> kill(call, c);
      default -> call.fail(404, "page not found");
    }
  }

  private void create(FakeCall call) {
    String name = call.query("name", "");
    FakeContainer taken = find(name);
    if (taken != null) {
      call.fail(
          409,
          "Conflict. The container name \"/"
              + name
              + "\" is already in use by container \""
              + taken.id
              + "\". You have to remove (or rename) that container to be able to reuse that name.");
      return;
    }
    JsonObject body = call.body().toJsonObject();
    String image = body.getString("Image");
    if (!images.has(image)) {
      call.fail(404, "No such image: " + image);
      return;
    }
    serial++;
    FakeContainer c = new FakeContainer(String.format("%064x", serial), name, body);
    containers.put(c.id, c);
    events.emit("create", c, Map.of());
    call.json(201, new JsonObject().put("Id", c.id).put("Warnings", new JsonArray()));
  }

  private void start(FakeCall call, FakeContainer c) {
    if (c.running()) {
      call.done(304);
      return;
    }
    for (Map.Entry<String, String> error : startErrors.entrySet()) {
      if (c.name.startsWith(error.getKey())) {
        c.exitCode = 127;
        c.error = error.getValue();
        call.fail(400, error.getValue());
        return;
      }
    }
    c.starts++;
    c.phase = "running";
    c.pid = 1000 + serial + c.starts;
    int host = Integer.parseInt(c.id.substring(56), 16);
    c.addresses.replaceAll((network, address) -> "172.30." + (host / 250) + "." + (host % 250 + 2));
    events.emit("start", c, Map.of());
    call.done(204);
  }

  private void stop(FakeCall call, FakeContainer c) {
    c.graceSeconds = call.request().getParam("t");
    if (!c.running()) {
      call.done(304);
      return;
    }
    c.stopping = call.response();
    if (deafToStop.stream().noneMatch(c.name::startsWith)) {
      die(c, 143);
    }
  }

  private void kill(FakeCall call, FakeContainer c) {
    if (c.running()) {
      die(c, 137);
      call.done(204);
    } else {
      call.fail(
          409,
          "Cannot kill container: " + call.part(1) + ": Container " + c.id + " is not running");
    }
  }

  void delete(FakeCall call) {
    FakeContainer c = find(call.part(1));
    if (c == null) {
      call.fail(404, "No such container: " + call.part(1));
      return;
    }
    if (c.running()) {
      if (!"1".equals(call.request().getParam("force"))) {
        call.fail(
            409,
            "You cannot remove a running container "
                + c.id
                + ". Stop the container before attempting removal or force remove");
        return;
      }
      die(c, 137);
    }
    remove(c);
    call.done(204);
  }
}
