package dev.skep.store.state;

import static kotlinx.collections.immutable.ExtensionsKt.persistentHashMapOf;

import dev.skep.store.model.Cluster;
import dev.skep.store.model.Config;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import kotlinx.collections.immutable.PersistentMap;

/**
 * An immutable snapshot of all objects with the indexes that the loops need. Taking the next one
 * shares structure with the last. Iteration order is that of a hash map: order what comes out
 * before deciding with it.
 */
public final class ClusterState {
  /** The state before the first commit. */
  public static final ClusterState EMPTY =
      new ClusterState(
          0,
          emptyTables(),
          persistentHashMapOf(),
          persistentHashMapOf(),
          persistentHashMapOf(),
          persistentHashMapOf(),
          Map.of(),
          Totals.NONE);

  /** What a unique name is unique among. */
  record NameKey(Kind kind, String name) {}

  private final long index;
  private final Map<Kind, PersistentMap<String, SwarmObject>> tables;
  private final PersistentMap<NameKey, String> ids;
  private final PersistentMap<String, PersistentMap<String, Task>> tasksByService;
  private final PersistentMap<String, PersistentMap<String, Task>> tasksByNode;
  private final PersistentMap<String, Task> newestTasks;
  private final Map<Kind, Long> written;
  private final Totals totals;

  ClusterState(
      long index,
      Map<Kind, PersistentMap<String, SwarmObject>> tables,
      PersistentMap<NameKey, String> ids,
      PersistentMap<String, PersistentMap<String, Task>> tasksByService,
      PersistentMap<String, PersistentMap<String, Task>> tasksByNode,
      PersistentMap<String, Task> newestTasks,
      Map<Kind, Long> written,
      Totals totals) {
    this.index = index;
    this.tables = tables;
    this.ids = ids;
    this.tasksByService = tasksByService;
    this.tasksByNode = tasksByNode;
    this.newestTasks = newestTasks;
    this.written = written;
    this.totals = totals;
  }

  private static Map<Kind, PersistentMap<String, SwarmObject>> emptyTables() {
    EnumMap<Kind, PersistentMap<String, SwarmObject>> tables = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      tables.put(kind, persistentHashMapOf());
    }
    return tables;
  }

  /**
   * This snapshot as it is to be shown, with each node as {@code shown} has it, which must keep its
   * id. Nothing was written: versions and indexes stay.
   */
  public ClusterState showing(UnaryOperator<Node> shown) {
    EnumMap<Kind, PersistentMap<String, SwarmObject>> other = new EnumMap<>(tables);
    PersistentMap.Builder<String, SwarmObject> nodes = table(Kind.NODE).builder();
    nodes().forEach(node -> nodes.put(node.id(), shown.apply(node)));
    other.put(Kind.NODE, nodes.build());
    return new ClusterState(
        index, other, ids, tasksByService, tasksByNode, newestTasks, written, totals);
  }

  /** Index of the commit that made this snapshot; 0 when there was none. */
  public long index() {
    return index;
  }

  /** Index of the last commit that wrote an object of the kind. */
  public long writtenAt(Kind kind) {
    return written.getOrDefault(kind, 0L);
  }

  /**
   * What {@code transaction} would make of this snapshot when it is committed at {@code index}.
   * Deterministic: every member that applies the same log comes to the same states. The term is not
   * looked at here; that is the store's.
   *
   * @throws StoreException when the transaction is refused
   */
  public Commit apply(Transaction transaction, long index) {
    Draft draft = new Draft(this, index, transaction.at());
    transaction.ops().forEach(draft::take);
    return draft.commit();
  }

  /**
   * The snapshot that holds exactly {@code objects}, as they are, versions included. Kinds that
   * have objects count as written at {@code index}.
   */
  public static ClusterState of(long index, Stream<? extends SwarmObject> objects) {
    Draft draft = new Draft(EMPTY, index, Instant.EPOCH);
    objects.forEach(draft::restore);
    return draft.commit().state();
  }

  /**
   * As {@link #of(long, Stream)}, with the {@link #writtenAt} of each kind: what a stored snapshot
   * is read back into. Without these a transaction with {@link Op.Unchanged} could be refused by
   * the member that started from the snapshot and accepted by the others.
   */
  public static ClusterState of(
      long index, Map<Kind, Long> written, Stream<? extends SwarmObject> objects) {
    ClusterState state = of(index, objects);
    EnumMap<Kind, Long> copy = new EnumMap<>(Kind.class);
    copy.putAll(written);
    return new ClusterState(
        index,
        state.tables,
        state.ids,
        state.tasksByService,
        state.tasksByNode,
        state.newestTasks,
        copy,
        state.totals);
  }

  // ------------------------------------------------------------------ reading

  public Optional<SwarmObject> find(Kind kind, String id) {
    return Optional.ofNullable(table(kind).get(id));
  }

  /** The object of the kind with exactly that name; only for kinds whose names are unique. */
  public Optional<SwarmObject> named(Kind kind, String name) {
    return Optional.ofNullable(ids.get(new NameKey(kind, name))).flatMap(id -> find(kind, id));
  }

  public Collection<SwarmObject> all(Kind kind) {
    return table(kind).values();
  }

  public Optional<Cluster> cluster() {
    return all(Kind.CLUSTER).stream().map(Cluster.class::cast).findAny();
  }

  public Optional<Node> node(String id) {
    return Optional.ofNullable((Node) table(Kind.NODE).get(id));
  }

  public Optional<Service> service(String id) {
    return Optional.ofNullable((Service) table(Kind.SERVICE).get(id));
  }

  public Optional<Task> task(String id) {
    return Optional.ofNullable((Task) table(Kind.TASK).get(id));
  }

  public Optional<Network> network(String id) {
    return Optional.ofNullable((Network) table(Kind.NETWORK).get(id));
  }

  public Optional<Secret> secret(String id) {
    return Optional.ofNullable((Secret) table(Kind.SECRET).get(id));
  }

  public Optional<Config> config(String id) {
    return Optional.ofNullable((Config) table(Kind.CONFIG).get(id));
  }

  public Collection<Node> nodes() {
    return typed(Kind.NODE, Node.class);
  }

  public Collection<Service> services() {
    return typed(Kind.SERVICE, Service.class);
  }

  public Collection<Task> tasks() {
    return typed(Kind.TASK, Task.class);
  }

  public Collection<Network> networks() {
    return typed(Kind.NETWORK, Network.class);
  }

  public Collection<Secret> secrets() {
    return typed(Kind.SECRET, Secret.class);
  }

  public Collection<Config> configs() {
    return typed(Kind.CONFIG, Config.class);
  }

  /** All tasks of a service, ended ones included. */
  public Collection<Task> tasksOfService(String serviceId) {
    PersistentMap<String, Task> tasks = tasksByService.get(serviceId);
    return tasks == null ? List.of() : tasks.values();
  }

  /** All tasks assigned to a node, ended ones included. */
  public Collection<Task> tasksOfNode(String nodeId) {
    PersistentMap<String, Task> tasks = tasksByNode.get(nodeId);
    return tasks == null ? List.of() : tasks.values();
  }

  /** The services that have tasks, those that were removed included. */
  public Collection<String> servicesWithTasks() {
    return tasksByService.keySet();
  }

  PersistentMap<String, SwarmObject> table(Kind kind) {
    PersistentMap<String, SwarmObject> table = tables.get(kind);
    if (table == null) {
      throw new IllegalStateException("no table for " + kind);
    }
    return table;
  }

  Map<Kind, PersistentMap<String, SwarmObject>> tables() {
    return tables;
  }

  public PersistentMap<NameKey, String> ids() {
    return ids;
  }

  public PersistentMap<String, PersistentMap<String, Task>> tasksByService() {
    return tasksByService;
  }

  public PersistentMap<String, PersistentMap<String, Task>> tasksByNode() {
    return tasksByNode;
  }

  /** The last task that was made of each service that has tasks; other ones are likely like it. */
  PersistentMap<String, Task> newestTasks() {
    return newestTasks;
  }

  Map<Kind, Long> written() {
    return written;
  }

  /** What there is of everything. */
  public Totals totals() {
    return totals;
  }

  // The tables hold one type each; Draft puts them there by kind.
  @SuppressWarnings("unchecked")
  private <T extends SwarmObject> Collection<T> typed(Kind kind, Class<T> type) {
    assert kind.type() == type;
    return (Collection<T>) (Collection<?>) table(kind).values();
  }

  /** The latest date that an object bears; the epoch for a state without objects. */
  public Instant latestUpdate() {
    return Stream.of(
            cluster().stream().toList(),
            nodes(),
            services(),
            tasks(),
            networks(),
            secrets(),
            configs())
        .flatMap(Collection::stream)
        .map(SwarmObject::updatedAt)
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }
}
