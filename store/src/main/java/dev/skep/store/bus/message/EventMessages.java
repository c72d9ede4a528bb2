package dev.skep.store.bus.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
   * A committed change of one object. On the bus it is delivered at most once; whoever must not
   * miss one reads {@code /skep/v1/events} of a manager from the last index it saw.
   *
   * @param index of the commit; objects changed together share it
   * @param at when the change was decided
   * @param kind the object's noun: node, service, task, network, secret, config or cluster
   * @param name by which users call the object
   * @param attributes what changed, as {@link Differences} tells it
   * @param object as the Engine API shows it, for a deleted one as it was last; without what must
   *     stay secret (the data of secrets and configs, join tokens, keys)
   */
  public record StateEvent(
      long index,
      Instant at,
      Action action,
      String kind,
      String id,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable String name,
      Map<String, String> attributes,
      JsonNode object) {
    @SuppressWarnings("RedundantNullCheck") // an empty map is left out of JSON
    public StateEvent {
      attributes =
          attributes == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(attributes));
    }
  }

  /**
   * A line of {@code /skep/v1/events} that is no event: every event up to the index has been sent,
   * so a reader may go on from there.
   */
  public record Bookmark(long index) {}
}
