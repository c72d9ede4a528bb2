package dev.skep.scheduler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.store.Change;
import dev.skep.store.Commit;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.EventMessages.Action;
import dev.skep.store.bus.EventMessages.StateEvent;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Config;
import dev.skep.store.model.Json;
import dev.skep.store.model.Secret;
import dev.skep.store.model.SwarmObject;
import java.util.List;

/** Turns commits into the events that scripts hear. */
final class EventMirror {
  private EventMirror() {}

  /** An event and where it is published. */
  record Published(String address, StateEvent event) {}

  static List<Published> events(Commit commit) {
    return commit.changes().stream()
        .map(
            change -> new Published(Addresses.event(change.object().kind()), event(commit, change)))
        .toList();
  }

  private static StateEvent event(Commit commit, Change change) {
    SwarmObject object = change.object();
    Action action =
        switch (change) {
          case Change.Created created -> Action.CREATE;
          case Change.Updated updated -> Action.UPDATE;
          case Change.Deleted deleted -> Action.DELETE;
        };
    return new StateEvent(
        commit.index(), action, object.kind().noun(), object.id(), object.name(), shown(object));
  }

  /** The API's view, without what must stay secret. */
  private static JsonNode shown(SwarmObject object) {
    SwarmObject open =
        switch (object) {
          case Secret secret -> secret.withSpec(secret.spec().withData(null));
          case Config config -> config.withSpec(config.spec().withData(null));
          case Cluster cluster ->
              cluster.withJoinTokens(null).withSpec(cluster.spec().withCaConfig(null));
          default -> object;
        };
    try {
      return Json.mapper().readTree(Json.api(open));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot read back " + object.kind().noun(), e);
    }
  }
}
