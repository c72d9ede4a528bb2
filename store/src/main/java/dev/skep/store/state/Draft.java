package dev.skep.store.state;

import dev.skep.store.model.Cluster;
import dev.skep.store.model.Config;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
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
  private final Version version;
  private final Instant at;
  private final Map<Kind, PersistentMap.Builder<String, SwarmObject>> tables =
      new EnumMap<>(Kind.class);
  private final Map<String, PersistentMap.Builder<String, Task>> services = new HashMap<>();
  private final Map<String, PersistentMap.Builder<String, Task>> nodes = new HashMap<>();
  private final Map<String, Task> newest = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private PersistentMap.@Nullable Builder<ClusterState.NameKey, String> ids;
  private final Map<String, RecentTasks> restored = new HashMap<>();
  private Totals totals;

  Draft(ClusterState base, long index, Instant at) {
    this.base = base;
    this.index = index;
    this.version = new Version(index);
    this.at = at;
    this.totals = base.totals();
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
            newestTasks(),
            written,
            totals);
    return new Commit(index, at, changes, next);
  }

  /** Of services that have tasks only, so that it does not grow. */
  private PersistentMap<String, Task> newestTasks() {
    PersistentMap.Builder<String, Task> next = base.newestTasks().builder();
    next.putAll(newest);
    services.forEach((service, tasks) -> {
      if (tasks.isEmpty()) {
        next.remove(service);
      }
    });
    return next.build();
  }

  /** Puts an object back as it was stored. */
  void restore(SwarmObject object) {
    put(object instanceof Task task ? shared(task) : object, null);
    if (object.kind().uniqueNames()) {
      ids().put(new ClusterState.NameKey(object.kind(), object.name()), object.id());
    }
  }

  /** The table's order is no order: the tasks of an update's two specs come mixed. */
  private Task shared(Task task) {
    return restored.computeIfAbsent(task.serviceId(), id -> new RecentTasks()).shared(task);
  }

  private void create(SwarmObject object) {
    SwarmObject created = indexed(object.stamped(version, at, at), null);
    if (table(object.kind()).put(object.id(), created) != null) {
      throw new StoreException(new Refusal.IdTaken(object.kind(), object.id()));
    }
    claimName(object);
    totals = totals.changed(null, created);
    changes.add(new Change.Created(created));
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
    Version next = sameSpec(before, object) ? before.version().withSameSpec(index) : version;
    SwarmObject stamped = object.stamped(next, before.createdAt(), at);
    SwarmObject kept = put(stamped, before);
    changes.add(new Change.Updated(before, kept));
  }

  /**
   * Whether what users ask of the object stays; tasks and networks have no spec that they change.
   */
  private static boolean sameSpec(SwarmObject before, SwarmObject after) {
    return switch (before) {
      case Service service -> after instanceof Service s && service.spec().equals(s.spec());
      case Node node -> after instanceof Node n && node.spec().equals(n.spec());
      case Cluster cluster -> after instanceof Cluster c && cluster.spec().equals(c.spec());
      case Secret secret -> after instanceof Secret s && secret.spec().equals(s.spec());
      case Config config -> after instanceof Config c && config.spec().equals(c.spec());
      case Task _, Network _ -> false;
    };
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
    totals = totals.changed(before, null);
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

  private SwarmObject put(SwarmObject object, @Nullable SwarmObject before) {
    SwarmObject kept = indexed(object, before);
    table(kept.kind()).put(kept.id(), kept);
    totals = totals.changed(before, kept);
    return kept;
  }

  private SwarmObject indexed(SwarmObject object, @Nullable SwarmObject before) {
    return object instanceof Task task
        ? indexed(task, before instanceof Task b ? b : null)
        : object;
  }

  /** Puts the task into the indexes; the table is the caller's. */
  @SuppressWarnings("ReferenceEquality") // whether the newest one already has the very same parts
  private Task indexed(Task given, @Nullable Task before) {
    Task like = before == null ? newest(given.serviceId()) : before;
    Task task = SharedParts.of(given, like);
    if (before != null && before.spec() != task.spec()) {
      // It took over something new, as others of its service do.
      like = newest(given.serviceId());
      task = SharedParts.of(task, like);
    }
    if (like == null || like.spec() != task.spec()) {
      newest.put(task.serviceId(), task);
    }
    if (before != null) {
      if (!before.serviceId().equals(task.serviceId())) {
        opened(services, base.tasksByService(), before.serviceId()).remove(before.id());
      }
      if (!before.nodeId().equals(task.nodeId())) {
        forgetNode(before);
      }
    }
    opened(services, base.tasksByService(), task.serviceId()).put(task.id(), task);
    if (!task.nodeId().isEmpty()) {
      opened(nodes, base.tasksByNode(), task.nodeId()).put(task.id(), task);
    }
    return task;
  }

  private void forget(Task task) {
    opened(services, base.tasksByService(), task.serviceId()).remove(task.id());
    forgetNode(task);
  }

  private void forgetNode(Task task) {
    if (!task.nodeId().isEmpty()) {
      opened(nodes, base.tasksByNode(), task.nodeId()).remove(task.id());
    }
  }

  private @Nullable Task newest(String serviceId) {
    Task here = newest.get(serviceId);
    return here == null ? base.newestTasks().get(serviceId) : here;
  }

  private PersistentMap.Builder<String, SwarmObject> table(Kind kind) {
    PersistentMap.Builder<String, SwarmObject> open = tables.get(kind);
    if (open == null) {
      open = base.table(kind).builder();
      tables.put(kind, open);
    }
    return open;
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
