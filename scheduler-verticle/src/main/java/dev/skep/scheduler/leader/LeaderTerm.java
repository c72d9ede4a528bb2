package dev.skep.scheduler.leader;

import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.dispatch.Dispatcher;
import dev.skep.scheduler.routes.ServiceRoutes;
import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.RoutesRequest;
import dev.skep.store.bus.message.StateEvents;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import dev.skep.store.time.SteadyClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leadership of this member: the control loop, what it is driven by, and what it drives. All of
 * it runs on the verticle's context; only the store calls from elsewhere.
 */
public final class LeaderTerm {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderTerm.class);

  /** An agent writes its assignments down before it answers; it does not run them. */
  private static final Duration ASSIGN_TIMEOUT = Duration.ofSeconds(3);

  /** The longest a timer waits: a day, as clocks may be set. */
  private static final long MAX_TIMER_MILLIS = Duration.ofDays(1).toMillis();

  private final Vertx vertx;
  private final Context context;
  private final Store store;
  private final Bus bus;
  private final SteadyClock clock;
  private final ControlLoop loop;
  private final ServiceRoutes routes;
  private final Store.Watch watch;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private final AtomicBoolean kicked = new AtomicBoolean();
  private boolean turning;
  private boolean ended;
  private long timer = -1;

  public LeaderTerm(
      Vertx vertx,
      Context context,
      Store store,
      Bus bus,
      long term,
      SteadyClock clock,
      RandomGenerator random) {
    this.vertx = vertx;
    this.context = context;
    this.store = store;
    this.bus = bus;
    this.clock = clock;
    Relay relay = new Relay();
    this.watch = store.follow(relay);
    ClusterState begin = relay.begin();
    // Ages and delays are told from dates: this host's clock may have been set back meanwhile, or
    // be behind that of the leader before.
    clock.notBefore(begin.latestUpdate());
    this.loop =
        new ControlLoop(begin, term, this::commit, clock, monotonic(), random, new DecisionLog());
    loop.limits(store.limits());
    loop.drivers(NetworkDrivers.LOCAL);
    relay.to(this::observe);
    this.routes = new ServiceRoutes(loop.latest(), term);
    Dispatcher dispatcher = new Dispatcher(loop, this::assign, clock, random, this::kick);
    loop.effects(new Following(dispatcher));
    listen(dispatcher);
    bus.publish(Addresses.ROUTES, routes.current());
    LOG.atInfo().addKeyValue("term", term).log("scheduling begins");
    kick();
  }

  /** The number of this leadership. */
  public long term() {
    return loop.term();
  }

  private void listen(Dispatcher dispatcher) {
    consumers.add(bus.answer(Addresses.SESSION, OpenSession.class, dispatcher::open));
    consumers.add(bus.answer(Addresses.HEARTBEAT, Heartbeat.class, dispatcher::heartbeat));
    consumers.add(bus.answer(Addresses.STATUS, StatusReport.class, dispatcher::report));
    consumers.add(bus.answer(Addresses.PORT_REPORT, PortReport.class, dispatcher::ports));
    consumers.add(
        bus.answer(
            Addresses.ROUTES_REQUEST,
            RoutesRequest.class,
            asked -> Future.succeededFuture(routes.current())));
  }

  private Future<AssignmentTaken> assign(String nodeId, Assignment assignment) {
    return bus.request(Addresses.assign(nodeId), assignment, AssignmentTaken.class, ASSIGN_TIMEOUT);
  }

  // ------------------------------------------------------------------ turning

  /** Commits, and comes back on this context. */
  private Future<Commit> commit(Transaction transaction) {
    Promise<Commit> done = Promise.promise();
    store.commit(transaction).onComplete(result -> context.runOnContext(v -> done.handle(result)));
    return done.future();
  }

  /** Any thread. */
  private void observe(Commit commit) {
    loop.observe(commit);
    kick();
  }

  /** Asks for a turn; many asks before it make one. Any thread. */
  private void kick() {
    if (kicked.compareAndSet(false, true)) {
      context.runOnContext(v -> turn());
    }
  }

  private void turn() {
    if (turning || ended) {
      return;
    }
    turning = true;
    kicked.set(false);
    Future<Boolean> turn;
    try {
      turn = loop.turn();
    } catch (RuntimeException e) {
      turn = Future.failedFuture(e);
    }
    turn.onComplete(done -> {
      turning = false;
      if (done.failed()) {
        LOG.atError().setCause(done.cause()).log("a pass of the scheduler failed");
      }
      if (done.succeeded() && done.result()) {
        kicked.set(true);
      }
      if (kicked.get()) {
        context.runOnContext(v -> turn());
      } else {
        arm(done.failed());
      }
    });
  }

  private void arm(boolean failed) {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
    Optional<Instant> next = failed ? Optional.of(clock.instant().plusSeconds(1)) : loop.nextTurn();
    if (next.isPresent() && !ended) {
      long millis = Duration.between(clock.instant(), next.get()).plusMillis(1).toMillis();
      timer =
          vertx.setTimer(
              Math.clamp(millis, 1, MAX_TIMER_MILLIS),
              id -> {
                timer = -1;
                kick();
              });
    }
  }

  // ------------------------------------------------------------------ the end

  /** Stops deciding and listening; done when the bus knows it. */
  public Future<?> end() {
    if (ended) {
      return Future.succeededFuture();
    }
    ended = true;
    watch.close();
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    loop.stop(new BusFailure(BusFailure.NO_SESSION, "this manager does not lead any more"));
    LOG.atInfo().addKeyValue("term", loop.term()).log("scheduling ends");
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
  }

  /** A clock that only goes forward, whatever is done to the time of day. */
  private static InstantSource monotonic() {
    long start = System.nanoTime();
    Instant epoch = Instant.EPOCH;
    return () -> epoch.plusNanos(System.nanoTime() - start);
  }

  /** Keeps what the store tells until the loop, which needs the state first, is there. */
  private static final class Relay implements StoreListener {
    private final List<Commit> early = new ArrayList<>();
    private @Nullable Consumer<Commit> to;
    private @Nullable ClusterState begin;
    private boolean over;

    /** The state that the commits begin after. */
    synchronized ClusterState begin() {
      return Objects.requireNonNull(begin, "the store told no state");
    }

    @Override
    public synchronized void commit(Commit commit) {
      if (over) {
        return;
      }
      if (to == null) {
        early.add(commit);
      } else {
        to.accept(commit);
      }
    }

    /** After a second one commits are missing, and another term begins in the place of this. */
    @Override
    public synchronized void reset(ClusterState state) {
      if (begin == null) {
        begin = state;
      } else {
        over = true;
      }
    }

    synchronized void to(Consumer<Commit> target) {
      early.forEach(target);
      early.clear();
      to = target;
    }
  }

  /** What follows from commits: routes and assignments first, then the events for listeners. */
  private final class Following implements ControlLoop.Effects {
    private final Dispatcher dispatcher;
    private final List<Commit> told = new ArrayList<>();

    Following(Dispatcher dispatcher) {
      this.dispatcher = dispatcher;
    }

    @Override
    public void observe(Commit commit) {
      dispatcher.observe(commit);
      routes.observe(commit).ifPresent(table -> bus.publish(Addresses.ROUTES, table));
      told.add(commit);
    }

    @Override
    public void flush(ClusterState latest, Instant now) {
      dispatcher.flush(latest, now);
      for (Commit commit : told) {
        for (Change change : commit.changes()) {
          bus.announce(
              Addresses.event(change.object().kind()), () -> StateEvents.of(commit, change));
        }
      }
      told.clear();
    }

    @Override
    public Optional<Instant> nextFlush() {
      return dispatcher.nextFlush();
    }
  }
}
