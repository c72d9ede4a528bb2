package dev.skep.gateway.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import io.vertx.core.buffer.Buffer;

/**
 * What an inspection shows of a container that was named by its task's id. In Swarm that name shows
 * the task, and scripts read {@code .Status.ContainerStatus.ContainerID} and {@code .NodeID} of it;
 * so the answer holds the container with the fields of the task added. They have no field in common
 * but the id: the container's is {@code Id}, the task's {@code ID}.
 */
final class InspectedTask {
  private InspectedTask() {}

  static Buffer with(Task task, Buffer container) {
    try {
      if (!(Json.mapper().readTree(container.getBytes()) instanceof ObjectNode both)
          || !(Json.mapper().readTree(Json.api(task)) instanceof ObjectNode fields)) {
        return container;
      }
      both.setAll(fields);
      return Buffer.buffer(Json.mapper().writeValueAsBytes(both)).appendString("\n");
    } catch (JsonProcessingException e) {
      return container;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e); // not from memory
    }
  }
}
