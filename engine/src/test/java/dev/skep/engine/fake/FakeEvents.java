package dev.skep.engine.fake;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** The events of a {@link FakeEngine}: the last are kept, and who listens hears the next. */
final class FakeEvents {
  /** As a real engine keeps. */
  private static final int KEPT = 256;

  private final Object lock;
  private final Deque<JsonObject> events = new ArrayDeque<>();
  private final List<Listener> listeners = new ArrayList<>();
  private long clockNano = 1_700_000_000_000_000_000L;

  private record Listener(HttpServerResponse response, JsonObject filters) {}

  /**
   * @param lock the engine's monitor, held by all callers
   */
  FakeEvents(Object lock) {
    this.lock = lock;
  }

  void emit(String action, FakeContainer c, Map<String, String> extra) {
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
    if (events.size() > KEPT) {
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
    List<String> types = FakeCall.values(filters, "type");
    List<String> actions = FakeCall.values(filters, "event");
    String action = event.getString("Action");
    return FakeCall.labelled(filters, attributes.getMap())
        && (types.isEmpty() || types.contains("container"))
        && (actions.isEmpty()
            || actions.stream().anyMatch(a -> action.equals(a) || action.startsWith(a + ":")));
  }

  void stream(FakeCall call) {
    HttpServerResponse response = call.response();
    JsonObject filters = call.filters();
    response.setChunked(true);
    response.writeHead();
    String since = call.request().getParam("since");
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
      synchronized (lock) {
        listeners.remove(listener);
      }
    });
  }

  /** The engine went down. */
  void forgetListeners() {
    listeners.clear();
  }
}
