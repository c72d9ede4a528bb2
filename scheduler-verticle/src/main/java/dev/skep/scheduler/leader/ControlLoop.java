package dev.skep.scheduler.leader;

import dev.skep.scheduler.allocate.Ipam;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.dispatch.Dispatcher;
import dev.skep.scheduler.dispatch.Input;
import dev.skep.scheduler.dispatch.InputQueue;
import dev.skep.scheduler.dispatch.Reports;
import dev.skep.scheduler.liveness.Leases;
import dev.skep.scheduler.orchestrate.Orchestrator;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The leader's one loop. A {@linkplain #turn turn} takes in the commits since the last, lets the
 * {@linkplain Effects effects} follow them, folds what nodes said into a plan, decides about every
 * service in the queue, and commits all of it at once. A refused commit changes nothing: the next
 * turn reads again and decides again.
 *
 * <p>All methods but {@link #observe} belong to one thread at a time.
 */
final class ControlLoop implements Dispatcher.Loop {
  /** Changes in one transaction at most, so that a log entry stays small; the rest follows. */
  static final int MAX_OPS = 1_000;

  /** After a commit that failed for an unknown reason. */
  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  /** How long a service is left alone after a bug kept the loop from deciding about it. */
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
  private final DecisionLog log;

  private final ConcurrentLinkedQueue<Commit> observed = new ConcurrentLinkedQueue<>();
  private final InputQueue inputs = new InputQueue(this::heard);
  private final ReconcileQueue queue;
  private final Leases leases;
  private final Fleet fleet;
  private final DataVersionPruner pruner;

  /** Services that a bug keeps the loop from deciding about, and until when they are left alone. */
  private final Map<String, Instant> aside = new HashMap<>();

  private @Nullable Effects effects;
  private ClusterState latest;
  private long ownIndex;

  /**
   * The services that need no look after the loop's own last commit. The decision about them knew
   * what that commit holds, and found nothing to be done.
   */
  private Set<String> settled = Set.of();

  private Limits limits = Limits.NONE;
  private Ipam ipam;
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
      DecisionLog log) {
    this.commits = commits;
    this.term = term;
    this.clock = clock;
    this.ticks = ticks;
    this.random = random;
    this.log = log;
    this.ipam = new Ipam(NetworkDrivers.LOCAL, random);
    this.latest = state;
    this.queue = new ReconcileQueue(state);
    this.fleet = Fleet.of(state);
    this.pruner = new DataVersionPruner(state, clock.instant());
    this.leases = new Leases(ticks.instant());
    for (Node node : state.nodes()) {
      leases.follow(node, false, ticks.instant());
    }
  }

  /** How many tasks there may be; without them, any number. */
  void limits(Limits most) {
    this.limits = most;
  }

  /** What networks need from the manager; without it, nothing. */
  void drivers(NetworkDrivers kinds) {
    this.ipam = new Ipam(kinds, random);
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

  @Override
  public Duration period() {
    return Duration.ofNanos(
        latest.cluster().map(Cluster::heartbeatNanos).orElse(Cluster.DEFAULT_HEARTBEAT_NANOS));
  }

  /** Takes a commit from the store's watch; any thread. */
  void observe(Commit commit) {
    observed.add(commit);
  }

  @Override
  public void offer(Input input) {
    inputs.add(input);
  }

  @Override
  public void heard(String nodeId) {
    leases.heard(nodeId, ticks.instant());
  }

  /** Nothing more will be decided: those who wait are told. */
  void stop(Throwable cause) {
    inputs.failAll(cause);
  }

  /** When a turn is due although nothing happened; absent when only events matter. */
  Optional<Instant> nextTurn() {
    Instant next = null;
    if (retryAt != null) {
      next = retryAt;
    }
    next = earlier(next, queue.nextWake().orElse(null));
    next = earlier(next, leases.nextLook(period()).map(this::onClock).orElse(null));
    next = earlier(next, pruner.nextLook().orElse(null));
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
    Plan plan = new Plan(latest, fleet, now, random, maxOps, limits, ipam);
    SortedSet<String> services = queue.take(now);
    InputQueue.Folded folded = inputs.foldInto(plan, services);
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
        return Future.succeededFuture(setAside(service, plan, services, folded, bug));
      }
      if (plan.revision() == before && !plan.waiting().contains(service)) {
        unchanged.add(service);
      }
    }
    pruner.decide(plan);
    Transaction transaction = plan.transaction(term);
    if (transaction.isEmpty()) {
      settle(plan, services, folded);
      return Future.succeededFuture(more());
    }
    return commits
        .apply(transaction)
        .transform(done -> {
          if (done.failed()) {
            return Future.succeededFuture(refused(plan, services, folded, done.cause()));
          }
          ownIndex = done.result().index();
          plan.committed();
          maxOps = Math.min(MAX_OPS, 2 * maxOps);
          settled = unchanged;
          log.committed(plan.reasons(), done.result());
          settle(plan, services, folded);
          return Future.succeededFuture(true);
        });
  }

  private boolean more() {
    return !queue.empty() || !inputs.isEmpty() || !observed.isEmpty();
  }

  private void takeIn(Instant now) {
    for (Commit commit = observed.poll(); commit != null; commit = observed.poll()) {
      if (commit.index() <= latest.index()) {
        continue;
      }
      boolean own = commit.index() == ownIndex;
      fleet.apply(commit, own);
      queue.observe(commit, own ? settled : Set.of());
      pruner.observe(commit);
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
      leases.follow(node, change instanceof Change.Deleted, ticks.instant());
    }
  }

  // ------------------------------------------------------------------ outcome

  private void settle(Plan plan, Set<String> services, InputQueue.Folded folded) {
    queue.planned(plan, services);
    aside.forEach(queue::later);
    folded.answer();
  }

  private boolean refused(
      Plan plan, Set<String> services, InputQueue.Folded folded, Throwable cause) {
    takeBack(plan, services, folded);
    boolean tooLarge =
        cause instanceof StoreException e && e.refusal() instanceof Refusal.EntryTooLarge;
    boolean race = cause instanceof StoreException && !tooLarge && !observed.isEmpty();
    if (!race) {
      // The commits that got in the way are not here yet, or nobody knows what happened. Should the
      // transaction have been too large for the store, the next one is smaller.
      maxOps = Math.max(1, maxOps / 2);
      retryAt = clock.instant().plus(RETRY_AFTER);
    }
    log.refused(cause);
    return race;
  }

  /** Deciding about a service failed: the others must not wait for it. */
  private boolean setAside(
      String service,
      Plan plan,
      SortedSet<String> services,
      InputQueue.Folded folded,
      RuntimeException bug) {
    log.failed(service, bug);
    services.remove(service);
    takeBack(plan, services, folded);
    aside.put(service, clock.instant().plus(SET_ASIDE_FOR));
    queue.again(Set.of(service));
    return true;
  }

  /** Nothing of the plan happened. */
  private void takeBack(Plan plan, Set<String> services, InputQueue.Folded folded) {
    plan.undo();
    pruner.again();
    queue.again(services);
    inputs.putBack(folded);
  }
}
