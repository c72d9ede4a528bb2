package dev.skep.store.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What scripts and dashboards hear of the cluster. */
public final class EventMessages {
  private EventMessages() {}

  /** What was done to an object. */
  public enum Action {
    CREATE,
    UPDATE,
    DELETE;

    @JsonValue
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A committed change of one object. Delivered at most once: whoever must not miss one compares
   * indexes and reads the state again.
   *
   * @param index of the commit; objects changed together share it
   * @param kind the object's noun: node, service, task, network, secret, config or cluster
   * @param name by which users call the object
   * @param object as the Engine API shows it, for a deleted one as it was last; without what must
   *     stay secret (the data of secrets and configs, join tokens, keys)
   */
  public record StateEvent(
      long index,
      Action action,
      String kind,
      String id,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String name,
      JsonNode object) {}
}
