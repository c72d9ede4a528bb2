package dev.skep.store;

import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kotlinx.collections.immutable.ExtensionsKt;
import kotlinx.collections.immutable.PersistentMap;
import org.jspecify.annotations.Nullable;

/**
 * The next snapshot while a transaction is applied. Only the tables that it writes are opened. A
 * refusal throws, and the draft is dropped.
 */
final class Draft {
  private final ClusterState base;
  private final long index;
  private final Instant at;
  private final Map<Kind, PersistentMap.Builder<String, SwarmObject>> tables =
      new EnumMap<>(Kind.class);
  private final Map<String, PersistentMap.Builder<String, Task>> services = new HashMap<>();
  private final Map<String, PersistentMap.Builder<String, Task>> nodes = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private PersistentMap.@Nullable Builder<ClusterState.NameKey, String> ids;

  Draft(ClusterState base, long index, Instant at) {
    this.base = base;
    this.index = index;
    this.at = at;
  }

  void take(Op op) {
    switch (op) {
      case Op.Create(SwarmObject object) -> create(object);
      case Op.Update(SwarmObject object) -> update(object);
      case Op.Delete(Kind kind, String id, long expected) -> delete(kind, id, expected);
      case Op.Unchanged(Kind kind, long since) -> {
        if (base.writtenAt(kind) > since) {
          throw new StoreException(new Refusal.Overtaken(kind, since));
        }
      }
    }
  }

  Commit commit() {
    EnumMap<Kind, PersistentMap<String, SwarmObject>> built = new EnumMap<>(base.tables());
    Map<Kind, Long> written = new EnumMap<>(Kind.class);
    written.putAll(base.written());
    tables.forEach((kind, table) -> {
      built.put(kind, table.build());
      written.put(kind, index);
    });
    ClusterState next =
        new ClusterState(
            index,
            built,
            ids == null ? base.ids() : ids.build(),
            folded(base.tasksByService(), services),
            folded(base.tasksByNode(), nodes),
            written);
    return new Commit(index, at, changes, next);
  }

  /** Puts an object back as it was stored. */
  void restore(SwarmObject object) {
    put(object);
    if (object.kind().uniqueNames()) {
      ids().put(new ClusterState.NameKey(object.kind(), object.name()), object.id());
    }
  }

  private void create(SwarmObject object) {
    if (table(object.kind()).containsKey(object.id())) {
      throw new StoreException(new Refusal.IdTaken(object.kind(), object.id()));
    }
    claimName(object);
    SwarmObject stamped = object.stamped(new Version(index), at, at);
    put(stamped);
    changes.add(new Change.Created(stamped));
  }

  private void update(SwarmObject object) {
    SwarmObject before = table(object.kind()).get(object.id());
    if (before == null) {
      throw new StoreException(new Refusal.NotFound(object.kind(), object.id()));
    }
    checkVersion(before, object.version().index());
    if (object.kind().uniqueNames() && !before.name().equals(object.name())) {
      claimName(object);
      ids().remove(new ClusterState.NameKey(before.kind(), before.name()));
    }
    SwarmObject stamped = object.stamped(new Version(index), before.createdAt(), at);
    if (before instanceof Task task) {
      forget(task);
    }
    put(stamped);
    changes.add(new Change.Updated(before, stamped));
  }

  private void delete(Kind kind, String id, long expected) {
    SwarmObject before = table(kind).get(id);
    if (before == null) {
      throw new StoreException(new Refusal.NotFound(kind, id));
    }
    if (expected != 0) {
      checkVersion(before, expected);
    }
    table(kind).remove(id);
    if (kind.uniqueNames()) {
      ids().remove(new ClusterState.NameKey(kind, before.name()));
    }
    if (before instanceof Task task) {
      forget(task);
    }
    changes.add(new Change.Deleted(before));
  }

  private static void checkVersion(SwarmObject stored, long expected) {
    if (stored.version().index() != expected) {
      throw new StoreException(
          new Refusal.OutOfSequence(
              stored.kind(), stored.id(), expected, stored.version().index()));
    }
  }

  private void claimName(SwarmObject object) {
    if (!object.kind().uniqueNames()) {
      return;
    }
    ClusterState.NameKey key = new ClusterState.NameKey(object.kind(), object.name());
    String holder = ids().get(key);
    if (holder != null) {
      throw new StoreException(new Refusal.NameConflict(object.kind(), object.name(), holder));
    }
    ids().put(key, object.id());
  }

  private void put(SwarmObject object) {
    table(object.kind()).put(object.id(), object);
    if (object instanceof Task task) {
      opened(services, base.tasksByService(), task.serviceId()).put(task.id(), task);
      if (!task.nodeId().isEmpty()) {
        opened(nodes, base.tasksByNode(), task.nodeId()).put(task.id(), task);
      }
    }
  }

  private void forget(Task task) {
    opened(services, base.tasksByService(), task.serviceId()).remove(task.id());
    if (!task.nodeId().isEmpty()) {
      opened(nodes, base.tasksByNode(), task.nodeId()).remove(task.id());
    }
  }

  private PersistentMap.Builder<String, SwarmObject> table(Kind kind) {
    return tables.computeIfAbsent(kind, k -> base.table(k).builder());
  }

  private PersistentMap.Builder<ClusterState.NameKey, String> ids() {
    if (ids == null) {
      ids = base.ids().builder();
    }
    return ids;
  }

  private static PersistentMap.Builder<String, Task> opened(
      Map<String, PersistentMap.Builder<String, Task>> open,
      PersistentMap<String, PersistentMap<String, Task>> from,
      String key) {
    return open.computeIfAbsent(
        key,
        k -> {
          PersistentMap<String, Task> tasks = from.get(k);
          return tasks == null
              ? ExtensionsKt.<String, Task>persistentHashMapOf().builder()
              : tasks.builder();
        });
  }

  private static PersistentMap<String, PersistentMap<String, Task>> folded(
      PersistentMap<String, PersistentMap<String, Task>> from,
      Map<String, PersistentMap.Builder<String, Task>> open) {
    if (open.isEmpty()) {
      return from;
    }
    PersistentMap.Builder<String, PersistentMap<String, Task>> folded = from.builder();
    open.forEach((key, tasks) -> {
      if (tasks.isEmpty()) {
        folded.remove(key);
      } else {
        folded.put(key, tasks.build());
      }
    });
    return folded.build();
  }
}
