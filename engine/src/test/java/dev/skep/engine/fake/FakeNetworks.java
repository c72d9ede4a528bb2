package dev.skep.engine.fake;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The networks of a {@link FakeEngine}. All callers hold its monitor. */
final class FakeNetworks {
  private final FakeContainers containers;
  private final Map<String, JsonObject> networks = new LinkedHashMap<>();
  private int serial;

  FakeNetworks(FakeContainers containers) {
    this.containers = containers;
  }

  List<String> names() {
    return networks.values().stream().map(n -> n.getString("Name")).toList();
  }

  void get(FakeCall call) {
    if (call.parts().length == 1) {
      JsonArray list = new JsonArray();
      networks.values().stream()
          .filter(n ->
              FakeCall.labelled(
                  call.filters(), n.getJsonObject("Labels", new JsonObject()).getMap()))
          .forEach(list::add);
      call.response().end(list.encode());
      return;
    }
    JsonObject n = find(call.part(1));
    if (n == null) {
      call.fail(404, "network " + call.part(1) + " not found");
    } else {
      call.json(200, n);
    }
  }

  private @Nullable JsonObject find(String idOrName) {
    return networks.values().stream()
        .filter(n -> idOrName.equals(n.getString("Id")) || idOrName.equals(n.getString("Name")))
        .findFirst()
        .orElse(null);
  }

  void post(FakeCall call) {
    switch (call.parts().length == 2
        ? call.part(1)
        : call.parts().length == 3 ? call.part(2) : "") {
      case "create" -> create(call);
      case "connect" -> connect(call);
      default -> call.fail(404, "page not found");
    }
  }

  private void create(FakeCall call) {
    JsonObject body = call.body().toJsonObject();
    String name = body.getString("Name");
    if (find(name) != null) {
      call.fail(409, "network with name " + name + " already exists");
      return;
    }
    serial++;
    String id = String.format("%064x", 0xabc0000 + serial);
    networks.put(id, body.copy().put("Id", id));
    call.json(201, new JsonObject().put("Id", id).put("Warning", ""));
  }

  private void connect(FakeCall call) {
    String network = call.part(1);
    String container = call.body().toJsonObject().getString("Container");
    FakeContainer c = containers.find(container);
    if (c == null) {
      call.fail(404, "No such container: " + container);
    } else if (find(network) == null) {
      call.fail(404, "network " + network + " not found");
    } else {
      c.addresses.put(network, "");
      call.done(200);
    }
  }

  void delete(FakeCall call) {
    String idOrName = call.part(1);
    JsonObject n = find(idOrName);
    if (n == null) {
      call.fail(404, "network " + idOrName + " not found");
      return;
    }
    String name = n.getString("Name");
    String id = n.getString("Id");
    if (containers.all().stream()
        .anyMatch(
            c -> c.running() && (c.addresses.containsKey(name) || c.addresses.containsKey(id)))) {
      call.fail(
          403,
          "error while removing network: network " + name + " id " + id + " has active endpoints");
      return;
    }
    networks.remove(id);
    call.done(204);
  }
}
