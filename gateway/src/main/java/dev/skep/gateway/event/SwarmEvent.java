package dev.skep.gateway.event;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something that happened to an object of the swarm.
 *
 * @param type the object's noun
 * @param action create, update or remove
 * @param id of the object
 * @param attributes its name, and what changed
 */
record SwarmEvent(
    String type, String action, String id, Map<String, String> attributes, Instant at) {
  private static final long NANOS = 1_000_000_000L;
  private static final String TASK = "task";

  SwarmEvent {
    attributes = java.util.Collections.unmodifiableMap(new TreeMap<>(attributes));
  }

  /** Whether it is a task's, of which Swarm tells nothing. */
  boolean ofTask() {
    return type.equals(TASK);
  }

  /** Nanoseconds since 1970. */
  long timeNano() {
    return nanos(at);
  }

  static long nanos(Instant at) {
    return at.getEpochSecond() * NANOS + at.getNano();
  }

  /** One line, as the engine writes it. */
  String line() {
    JsonObject named = new JsonObject();
    attributes.forEach(named::put);
    return new JsonObject()
            .put("Type", type)
            .put("Action", action)
            .put("Actor", new JsonObject().put("ID", id).put("Attributes", named))
            .put("scope", "swarm")
            .put("time", at.getEpochSecond())
            .put("timeNano", timeNano())
            .encode()
        + "\n";
  }
}
