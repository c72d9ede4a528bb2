package dev.skep.store.state;

import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What became different between two states, for who missed the commits in between. Pure. */
public final class StateChanges {
  private StateChanges() {}

  /**
   * One change for each object that was made, written or removed; by kind, then by the object's
   * version, then by its id. What was made and removed again in between is not told.
   */
  public static List<Change> between(ClusterState before, ClusterState after) {
    List<Change> changes = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List<Change> ofKind = new ArrayList<>();
      for (SwarmObject now : after.all(kind)) {
        SwarmObject old = before.find(kind, now.id()).orElse(null);
        if (old == null) {
          ofKind.add(new Change.Created(now));
        } else if (old.version().index() != now.version().index()) {
          ofKind.add(new Change.Updated(old, now));
        }
      }
      for (SwarmObject old : before.all(kind)) {
        if (after.find(kind, old.id()).isEmpty()) {
          ofKind.add(new Change.Deleted(old));
        }
      }
      ofKind.sort(
          Comparator.<Change>comparingLong(change -> change.object().version().index())
              .thenComparing(change -> change.object().id()));
      changes.addAll(ofKind);
    }
    return List.copyOf(changes);
  }
}
