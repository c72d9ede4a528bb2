package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.AddressLedger;
import dev.skep.scheduler.allocate.Ipam;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one pass is about to commit: a snapshot with the changes decided so far on top, so that each
 * decision sees those before it. The fleet follows every change of a task at once; {@link #undo}
 * takes them back when the commit was refused. Not thread-safe.
 */
public final class Plan {
  /** A transaction of the leader's at most, about; the store takes entries of twice as much. */
  private static final long MAX_BYTES = 1_000_000;

  /** A task in JSON, without its spec and its service's labels. */
  private static final long TASK_BYTES = 900;

  /** A label of average length; the store refuses what turns out to be too long. */
  private static final long LABEL_BYTES = 100;

  private final ClusterState base;
  private final Fleet fleet;
  private final Instant now;
  private final RandomGenerator random;
  private final int maxOps;

  /** What becomes of a task; {@code after} is absent when it is deleted. */
  private record Step(@Nullable Task before, @Nullable Task after) {}

  private final Map<String, Step> tasks = new LinkedHashMap<>();
  private final Map<String, Set<String>> touched = new HashMap<>();
  private final Map<String, Service> services = new TreeMap<>();
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<String, SwarmObject> unread = new TreeMap<>();
  private final Set<Kind> guarded = new LinkedHashSet<>();
  private final List<DecisionReason> reasons = new ArrayList<>();
  private final Map<String, Instant> wakes = new TreeMap<>();
  private final Set<String> unfinished = new LinkedHashSet<>();
  private final Set<String> waiting = new LinkedHashSet<>();
  private final IdentityHashMap<TaskSpec, Long> specBytes = new IdentityHashMap<>();
  private final Limits limits;
  private final NetworkPlan networks;
  private int revision;
  private long bytes;
  private long made;

  /**
   * @param maxOps how many changes the transaction should hold at most; decisions stop there and
   *     the next pass goes on
   */
  public Plan(ClusterState base, Fleet fleet, Instant now, RandomGenerator random, int maxOps) {
    this(base, fleet, now, random, maxOps, Limits.NONE, new Ipam(NetworkDrivers.LOCAL, random));
  }

  /** As the other, with how many tasks there may be, and where networks' addresses come from. */
  public Plan(
      ClusterState base,
      Fleet fleet,
      Instant now,
      RandomGenerator random,
      int maxOps,
      Limits limits,
      Ipam ipam) {
    this.limits = limits;
    this.networks = new NetworkPlan(base, ipam);
    this.base = base;
    this.fleet = fleet;
    this.now = now;
    this.random = random;
    this.maxOps = maxOps;
  }

  public Instant now() {
    return now;
  }

  public Fleet fleet() {
    return fleet;
  }

  public ClusterState base() {
    return base;
  }

  public String newId() {
    return Ids.next(random);
  }

  public NetworkDrivers drivers() {
    return networks.drivers();
  }

  /** The networks as this plan leaves them. */
  NetworkPlan networks() {
    return networks;
  }

  /** Who has which addresses; made when it is first asked for. */
  AddressLedger ledger() {
    return networks.ledger();
  }

  // ------------------------------------------------------------------ reading

  public Optional<Node> node(String id) {
    Node changed = nodes.get(id);
    return changed != null ? Optional.of(changed) : base.node(id);
  }

  public Optional<Service> service(String id) {
    Service changed = services.get(id);
    return changed != null ? Optional.of(changed) : base.service(id);
  }

  public Optional<Task> task(String id) {
    Step step = tasks.get(id);
    return step != null ? Optional.ofNullable(step.after()) : base.task(id);
  }

  /**
   * All tasks of a service, in the order of a hash map: of a million, to sort all costs seconds.
   */
  public List<Task> tasksOf(String serviceId) {
    Collection<Task> stored = base.tasksOfService(serviceId);
    List<Task> all = new ArrayList<>(stored.size());
    Set<String> changed = touched.getOrDefault(serviceId, Set.of());
    for (Task task : stored) {
      if (!changed.contains(task.id())) {
        all.add(task);
      }
    }
    for (String id : changed) {
      Step step = tasks.get(id);
      if (step != null && step.after() != null) {
        all.add(step.after());
      }
    }
    return all;
  }

  // ------------------------------------------------------------------ deciding

  public void create(Task task) {
    put(task, null);
  }

  public void update(Task task) {
    Step step = tasks.get(task.id());
    put(task, step != null ? step.before() : base.task(task.id()).orElse(null));
  }

  /** Takes a task that the placement changed: the fleet has it already. */
  public void placed(Task task) {
    Step step = tasks.get(task.id());
    Task before = step != null ? step.before() : base.task(task.id()).orElse(null);
    record(task.serviceId(), task.id(), new Step(before, task));
  }

  public void delete(Task task) {
    Step step = tasks.get(task.id());
    Task before = step != null ? step.before() : base.task(task.id()).orElse(null);
    fleet.change(task(task.id()).orElse(null), null, now);
    record(task.serviceId(), task.id(), new Step(before, null));
  }

  private void put(Task after, @Nullable Task before) {
    fleet.change(task(after.id()).orElse(null), after, now);
    record(after.serviceId(), after.id(), new Step(before, after));
  }

  private void record(String serviceId, String taskId, Step step) {
    revision++;
    Step earlier = tasks.put(taskId, step);
    count(earlier, -1);
    count(step, 1);
    touched.computeIfAbsent(serviceId, id -> new LinkedHashSet<>()).add(taskId);
  }

  private void count(@Nullable Step step, int times) {
    if (step == null) {
      return;
    }
    bytes += times * (step.after() == null ? TASK_BYTES : bytes(step.after()));
    long difference = (step.after() == null ? 0L : 1L) - (step.before() == null ? 0L : 1L);
    made += times * difference;
  }

  /** About what a task takes in the transaction. Most share their service's spec. */
  private long bytes(Task task) {
    return TASK_BYTES
        + specBytes.computeIfAbsent(task.spec(), Json::storedLength)
        + networks.attachmentBytes(task.spec())
        + task.serviceLabels().size() * LABEL_BYTES;
  }

  /** Whether there is room for one more task in the swarm, beside those that are there. */
  public boolean mayGrow() {
    return !limits.full(base.all(Kind.TASK).size() + made);
  }

  /** Whether there are so many tasks that no history is kept. */
  public boolean crowded() {
    return limits.crowded(base.all(Kind.TASK).size() + made);
  }

  public void update(Service service) {
    revision++;
    count(services.put(service.id(), service), service);
  }

  public void update(Node node) {
    revision++;
    count(nodes.put(node.id(), node), node);
  }

  void update(Network network) {
    revision++;
    count(networks.put(network), network);
  }

  void update(Cluster cluster) {
    revision++;
    count(networks.put(cluster), cluster);
  }

  private void count(@Nullable SwarmObject earlier, SwarmObject object) {
    bytes += Json.storedLength(object) - (earlier == null ? 0 : Json.storedLength(earlier));
  }

  /** An object of a kind that no decision of this pass reads. */
  public void updateUnread(SwarmObject object) {
    count(unread.put(object.id(), object), object);
  }

  /** The commit is to be refused when an object of the kind was written since the snapshot. */
  public void relyOn(Kind kind) {
    guarded.add(kind);
  }

  public void because(DecisionReason reason) {
    reasons.add(reason);
  }

  /** The service is to be looked at again then, even if nothing happens. */
  public void wake(String serviceId, Instant at) {
    wakes.merge(serviceId, at, (a, b) -> a.isBefore(b) ? a : b);
  }

  /** Grows with each change of an object; while it stays, the plan says what it said before. */
  public int revision() {
    return revision;
  }

  /** Whether the transaction is as large as it may be. */
  public boolean full() {
    return changed() >= maxOps || bytes >= MAX_BYTES;
  }

  /** As {@link #full}: the decision about the service is cut short there; the next pass goes on. */
  public boolean stopsAt(String serviceId) {
    if (full()) {
      unfinished(serviceId);
      return true;
    }
    return false;
  }

  /** How many objects it changes, whatever they are. */
  private int changed() {
    return tasks.size() + services.size() + nodes.size() + networks.size() + unread.size();
  }

  /** How many more tasks may be changed that are like this one. */
  public int room(Task like) {
    return full() ? 0 : (int) Math.min(maxOps - changed(), (MAX_BYTES - bytes) / bytes(like) + 1);
  }

  /** Whether the task is changed already, so that changing it more takes no room. */
  public boolean changes(String taskId) {
    return tasks.containsKey(taskId);
  }

  /** The decision about the service was cut short because the plan is full. */
  public void unfinished(String serviceId) {
    unfinished.add(serviceId);
  }

  /**
   * The service wants what is not there now: a node for a task, a port, an address. It is looked at
   * again when something was given back.
   */
  public void waiting(String serviceId) {
    waiting.add(serviceId);
  }

  // ------------------------------------------------------------------ outcome

  public List<DecisionReason> reasons() {
    return reasons;
  }

  public Map<String, Instant> wakes() {
    return wakes;
  }

  public Set<String> unfinished() {
    return unfinished;
  }

  public Set<String> waiting() {
    return waiting;
  }

  /** All that was decided, under {@code term}. */
  public Transaction transaction(long term) {
    Transaction.Builder transaction = Transaction.at(now).term(term);
    // Only this loop writes tasks. Should an earlier commit of it have gone through although it
    // seemed lost, new tasks made from the older snapshot would be one set too many.
    if (tasks.values().stream().anyMatch(step -> step.before() == null && step.after() != null)) {
      guarded.add(Kind.TASK);
    }
    // So would addresses that it gave be given a second time.
    if (networks.ledgerUsed()) {
      guarded.add(Kind.TASK);
    }
    guarded.forEach(kind -> transaction.unchanged(kind, base));
    networks.addTo(transaction);
    nodes.values().forEach(transaction::update);
    services.values().forEach(transaction::update);
    unread.values().forEach(transaction::update);
    for (Step step : tasks.values()) {
      if (step.before() == null) {
        if (step.after() != null) {
          transaction.create(step.after());
        }
      } else if (step.after() == null) {
        transaction.delete(step.before());
      } else if (!step.after().equals(step.before())) {
        transaction.update(step.after());
      }
    }
    Transaction built = transaction.build();
    boolean nothing = built.ops().size() == guarded.size();
    return nothing ? Transaction.at(now).term(term).build() : built;
  }

  /** The commit went through. */
  public void committed() {
    networks.committed();
  }

  /** The commit was refused: the fleet is as it was before this plan. */
  public void undo() {
    tasks.forEach((id, step) -> fleet.swap(step.after(), step.before()));
  }
}
