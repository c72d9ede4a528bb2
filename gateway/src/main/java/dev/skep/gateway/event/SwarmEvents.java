package dev.skep.gateway.event;

import dev.skep.store.bus.message.Differences;
import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.state.Change;
import dev.skep.store.state.Commit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a commit looks like as events. Pure. */
final class SwarmEvents {
  private SwarmEvents() {}

  /** The events of a commit, in its order; the cluster's own object makes none. */
  static List<SwarmEvent> of(Commit commit) {
    return commit.changes().stream().flatMap(change -> event(change, commit)).toList();
  }

  private static Stream<SwarmEvent> event(Change change, Commit commit) {
    SwarmObject object = change.object();
    if (object.kind() == Kind.CLUSTER) {
      return Stream.of();
    }
    Map<String, String> attributes = new TreeMap<>(Differences.of(change));
    attributes.put("name", object.name());
    String action =
        switch (change) {
          case Change.Created _ -> "create";
          case Change.Updated _ -> "update";
          case Change.Deleted _ -> "remove";
        };
    return Stream.of(
        new SwarmEvent(object.kind().noun(), action, object.id(), attributes, commit.at()));
  }
}
