package dev.skep.scheduler;

import dev.skep.scheduler.liveness.Leases;
import dev.skep.scheduler.orchestrate.Orchestrator;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.Change;
import dev.skep.store.ClusterState;
import dev.skep.store.Commit;
import dev.skep.store.Limits;
import dev.skep.store.Refusal;
import dev.skep.store.StoreException;
import dev.skep.store.Transaction;
import dev.skep.store.bus.AgentMessages.StatusTaken;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The leader's one loop. A {@linkplain #turn turn} takes in the commits since the last, lets the
 * {@linkplain Effects effects} follow them, folds what nodes said into a plan, decides about every
 * service on the agenda, and commits all of it at once. A refused commit changes nothing: the next
 * turn reads again and decides again.
 *
 * <p>All methods but {@link #observe} belong to one thread at a time.
 */
final class ControlLoop {
  /** Changes in one transaction at most, so that a log entry stays small; the rest follows. */
  static final int MAX_OPS = 1_000;

  /** After a commit that failed for an unknown reason. */
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  /** How long a service waits that no decision could be made about because of a bug. */
  private static final Duration SET_ASIDE_FOR = Duration.ofSeconds(10);

  /** What follows from commits, outside the store. */
  interface Effects {
    void observe(Commit commit);

    /** All known commits were observed; {@code latest} is the state after them. */
    void flush(ClusterState latest, Instant now);

    /** When flush has something to do again by itself. */
    Optional<Instant> nextFlush();
  }

  private final Function<Transaction, Future<Commit>> commits;
  private final long term;
  private final InstantSource clock;
  private final InstantSource ticks;
  private final RandomGenerator random;
  private final Journal journal;

  private final ConcurrentLinkedQueue<Commit> observed = new ConcurrentLinkedQueue<>();
  private final Deque<Input> inputs = new ArrayDeque<>();
  private final Agenda agenda;
  private final Leases leases;
  private final Fleet fleet;
  private final PastData pastData;

  /** Services that no decision could be made about, and until when they are left alone. */
  private final Map<String, Instant> aside = new HashMap<>();

  private @Nullable Effects effects;
  private ClusterState latest;
  private long ownIndex;

  /**
   * The services that the loop's own last commit need not be looked at for: on top of what that
   * commit holds, the decision about them was that nothing is to be done.
   */
  private Set<String> settled = Set.of();

  private Limits limits = Limits.NONE;
  private int maxOps = MAX_OPS;
  private @Nullable Instant retryAt;

  /**
   * @param state the snapshot to start from
   * @param commits commits a transaction; completes on the loop's own thread
   * @param clock the time of day, for what is stored
   * @param ticks a clock that only goes forward, for leases
   */
  ControlLoop(
      ClusterState state,
      long term,
      Function<Transaction, Future<Commit>> commits,
      InstantSource clock,
      InstantSource ticks,
      RandomGenerator random,
      Journal journal) {
    this.commits = commits;
    this.term = term;
    this.clock = clock;
    this.ticks = ticks;
    this.random = random;
    this.journal = journal;
    this.latest = state;
    this.agenda = new Agenda(state);
    this.fleet = Fleet.of(state);
    this.pastData = new PastData(state, clock.instant());
    this.leases = new Leases(ticks.instant());
    for (Node node : state.nodes()) {
      lease(node);
    }
  }

  /** How many tasks there may be; without them, any number. */
  void limits(Limits most) {
    this.limits = most;
  }

  void effects(Effects next) {
    this.effects = next;
  }

  long term() {
    return term;
  }

  ClusterState latest() {
    return latest;
  }

  /** The loop's idea of the nodes' loads, for checks. */
  Fleet fleet() {
    return fleet;
  }

  /** A node sends heartbeats this often. */
  Duration period() {
    return Duration.ofNanos(
        latest.cluster().map(Cluster::heartbeatNanos).orElse(Cluster.DEFAULT_HEARTBEAT_NANOS));
  }

  /** Takes a commit from the store's watch; any thread. */
  void observe(Commit commit) {
    observed.add(commit);
  }

  void offer(Input input) {
    inputs.addLast(input);
  }

  void heard(String nodeId) {
    leases.heard(nodeId, ticks.instant());
  }

  /** Nothing more will be decided: those who wait are told. */
  void stop(Throwable cause) {
    List<Input> left = List.copyOf(inputs);
    inputs.clear();
    left.forEach(input -> input.fail(cause));
  }

  /** When a turn is due although nothing happened; absent when only events matter. */
  Optional<Instant> nextTurn() {
    Instant next = null;
    if (retryAt != null) {
      next = retryAt;
    }
    next = earlier(next, agenda.nextWake().orElse(null));
    next = earlier(next, leases.nextLook(period()).map(this::onClock).orElse(null));
    next = earlier(next, pastData.nextLook().orElse(null));
    next = earlier(next, effects == null ? null : effects.nextFlush().orElse(null));
    return Optional.ofNullable(next);
  }

  private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isBefore(b) ? a : b;
  }

  private Instant onClock(Instant tick) {
    return clock.instant().plus(Duration.between(ticks.instant(), tick));
  }

  /**
   * One turn.
   *
   * @return whether there is more to do at once; completes when the turn's commit is settled, and
   *     the next turn must not begin before
   */
  Future<Boolean> turn() {
    Instant now = clock.instant();
    takeIn(now);
    if (latest.index() < ownIndex || (retryAt != null && now.isBefore(retryAt))) {
      return Future.succeededFuture(false);
    }
    retryAt = null;
    Plan plan = new Plan(latest, fleet, now, random, maxOps, limits);
    SortedSet<String> services = agenda.take(now);
    Taken taken = fold(plan, services);
    for (String node : leases.lost(ticks.instant(), period())) {
      if (plan.full()) {
        break; // they are lost at the next look too
      }
      Reports.lose(plan, node, Reports.NOT_HEARD);
    }
    Orchestrator orchestrator = new Orchestrator(plan);
    Set<String> unchanged = new HashSet<>();
    for (String service : services) {
      if (plan.full()) {
        plan.unfinished(service);
        continue;
      }
      Instant until = aside.get(service);
      if (until != null && until.isAfter(now)) {
        continue;
      }
      aside.remove(service);
      int before = plan.revision();
      try {
        orchestrator.decide(service);
      } catch (RuntimeException bug) {
        return Future.succeededFuture(setAside(service, plan, services, taken, bug));
      }
      if (plan.revision() == before && !plan.waiting().contains(service)) {
        unchanged.add(service);
      }
    }
    pastData.decide(plan);
    Transaction transaction = plan.transaction(term);
    if (transaction.isEmpty()) {
      settle(plan, services, taken);
      return Future.succeededFuture(more());
    }
    return commits
        .apply(transaction)
        .transform(done -> {
          if (done.failed()) {
            return Future.succeededFuture(refused(plan, services, taken, done.cause()));
          }
          ownIndex = done.result().index();
          maxOps = Math.min(MAX_OPS, 2 * maxOps);
          settled = unchanged;
          journal.committed(plan.reasons(), done.result());
          settle(plan, services, taken);
          return Future.succeededFuture(true);
        });
  }

  private boolean more() {
    return !agenda.empty() || !inputs.isEmpty() || !observed.isEmpty();
  }

  private void takeIn(Instant now) {
    for (Commit commit = observed.poll(); commit != null; commit = observed.poll()) {
      if (commit.index() <= latest.index()) {
        continue;
      }
      boolean own = commit.index() == ownIndex;
      fleet.apply(commit, own);
      agenda.observe(commit, own ? settled : Set.of());
      pastData.observe(commit);
      commit.changes().forEach(this::followNode);
      latest = commit.state();
      if (effects != null) {
        effects.observe(commit);
      }
    }
    if (effects != null) {
      effects.flush(latest, now);
    }
  }

  private void followNode(Change change) {
    if (change.object() instanceof Node node) {
      if (change instanceof Change.Deleted) {
        leases.forget(node.id());
      } else {
        lease(node);
      }
    }
  }

  /** A node that is down has no lease; every other one has, from when it appeared. */
  private void lease(Node node) {
    if (node.status().state().equals(NodeStatus.DOWN)) {
      leases.forget(node.id());
    } else if (!leases.knows(node.id())) {
      leases.heard(node.id(), ticks.instant());
    }
  }

  // ------------------------------------------------------------------ inputs

  /** What was folded into a plan, with what each will be told. */
  private record Taken(List<Input> inputs, List<Runnable> answers) {}

  private Taken fold(Plan plan, Set<String> services) {
    Taken taken = new Taken(new ArrayList<>(), new ArrayList<>());
    while (!inputs.isEmpty() && !plan.full()) {
      Input input = inputs.removeFirst();
      try {
        Optional<Runnable> answer = fold(plan, services, input);
        if (answer.isEmpty()) {
          // The plan is full before its end. What was taken in is no news when it comes again.
          inputs.addFirst(input);
          break;
        }
        taken.answers().add(answer.get());
        taken.inputs().add(input);
      } catch (RuntimeException e) {
        input.fail(e);
      }
    }
    return taken;
  }

  /** What to answer once the plan is committed; nothing when there was no room for all of it. */
  private Optional<Runnable> fold(Plan plan, Set<String> services, Input input) {
    return switch (input) {
      case Input.Report report -> {
        Set<String> changed = new TreeSet<>();
        Optional<List<String>> gone = Reports.fold(plan, report.said(), changed);
        services.addAll(changed);
        yield gone.map(ids -> () -> report.done().tryComplete(new StatusTaken(ids)));
      }
      case Input.Joined joined -> {
        Reports.join(plan, joined.said());
        heard(joined.said().nodeId());
        yield Optional.of(() -> joined.done().tryComplete());
      }
      case Input.Unfit unfit -> {
        Reports.lose(plan, unfit.nodeId(), unfit.trouble());
        yield Optional.of(() -> unfit.done().tryComplete());
      }
      case Input.Ports ports -> {
        yield Reports.fold(plan, ports.said())
            ? Optional.of(() -> ports.done().tryComplete())
            : Optional.empty();
      }
    };
  }

  // ------------------------------------------------------------------ outcome

  private void settle(Plan plan, Set<String> services, Taken taken) {
    agenda.planned(plan, services);
    aside.forEach(agenda::later);
    taken.answers().forEach(Runnable::run);
  }

  private boolean refused(Plan plan, Set<String> services, Taken taken, Throwable cause) {
    takeBack(plan, services, taken);
    boolean tooLarge =
        cause instanceof StoreException e && e.refusal() instanceof Refusal.EntryTooLarge;
    boolean race = cause instanceof StoreException && !tooLarge && !observed.isEmpty();
    if (!race) {
      // The commits that got in the way are not here yet, or nobody knows what happened. Should the
      // transaction have been too large for the store, the next one is smaller.
      maxOps = Math.max(1, maxOps / 2);
      retryAt = clock.instant().plus(RETRY_AFTER);
    }
    journal.refused(cause);
    return race;
  }

  /** Deciding about a service failed: the others must not wait for it. */
  private boolean setAside(
      String service, Plan plan, SortedSet<String> services, Taken taken, RuntimeException bug) {
    journal.failed(service, bug);
    services.remove(service);
    takeBack(plan, services, taken);
    aside.put(service, clock.instant().plus(SET_ASIDE_FOR));
    agenda.again(Set.of(service));
    return true;
  }

  /** Nothing of the plan happened. */
  private void takeBack(Plan plan, Set<String> services, Taken taken) {
    plan.undo();
    pastData.again();
    agenda.again(services);
    List<Input> again = taken.inputs();
    for (int i = again.size() - 1; i >= 0; i--) {
      inputs.addFirst(again.get(i));
    }
  }
}
