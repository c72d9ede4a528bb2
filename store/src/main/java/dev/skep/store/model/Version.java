package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonView;
import dev.skep.store.model.json.Json;

/**
 * When an object was last written: the index of the committed log entry. A client that updates an
 * object names the version that it read.
 *
 * <p>The leader writes what became of an object into it (a service's endpoint and the progress of
 * its update, a node's state), while a client thinks about its spec. So a version also knows since
 * when the spec is the present one.
 *
 * @param index the log index, 0 for an object that is not stored yet
 * @param specIndex the log index of the last write that changed the spec; 0 when that is {@code
 *     index}
 */
public record Version(
    long index,
    @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) long specIndex) {
  public static final Version NONE = new Version(0);

  /** Of a write that changed the spec, or of an object that has none. */
  public Version(long index) {
    this(index, 0);
  }

  /** The version of a write at {@code next} that left the spec as it is. */
  public Version withSameSpec(long next) {
    return new Version(next, specSince());
  }

  /** Whether who read the object at version {@code read} saw its present spec. */
  public boolean shows(long read) {
    return read >= specSince() && read <= index;
  }

  /** The log index of the last write that changed the spec. */
  public long specSince() {
    return specIndex == 0 ? index : specIndex;
  }
}
