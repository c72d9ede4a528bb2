package dev.skep.store.bus.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.skep.store.bus.message.EventMessages.Action;
import dev.skep.store.bus.message.EventMessages.StateEvent;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Config;
import dev.skep.store.model.Secret;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.json.Json;
import dev.skep.store.state.Change;
import dev.skep.store.state.Commit;
import java.util.List;

/** Turns commits into the events that scripts hear. Pure: every manager makes the same of one. */
public final class StateEvents {
  private StateEvents() {}

  /** The events of a commit, in its order. */
  public static List<StateEvent> of(Commit commit) {
    return commit.changes().stream().map(change -> of(commit, change)).toList();
  }

  /** What one change of a commit looks like. */
  public static StateEvent of(Commit commit, Change change) {
    SwarmObject object = change.object();
    Action action =
        switch (change) {
          case Change.Created _ -> Action.CREATE;
          case Change.Updated _ -> Action.UPDATE;
          case Change.Deleted _ -> Action.DELETE;
        };
    return new StateEvent(
        commit.index(),
        commit.at(),
        action,
        object.kind().noun(),
        object.id(),
        object.name(),
        Differences.of(change),
        shown(object));
  }

  /**
   * The API's view, without what must stay secret; as text that goes into the event as it is, for
   * most events nobody reads.
   */
  private static JsonNode shown(SwarmObject object) {
    SwarmObject open =
        switch (object) {
          case Secret secret -> secret.withSpec(secret.spec().withData(null));
          case Config config -> config.withSpec(config.spec().withData(null));
          case Cluster cluster ->
              cluster.withJoinTokens(null).withSpec(cluster.spec().withCaConfig(null));
          default -> object;
        };
    return JsonNodeFactory.instance.rawValueNode(new RawValue(Json.api(open)));
  }
}
