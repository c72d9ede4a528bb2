package dev.skep.scheduler.leader;

import dev.skep.scheduler.Samples;
import dev.skep.scheduler.dispatch.Dispatcher;
import dev.skep.scheduler.routes.ServiceRoutes;
import dev.skep.store.StoreFailure;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import dev.skep.store.time.SteadyClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a {@link LeaderTerm} does, on the fake clock of a {@link Simulation}. */
final class SimLeader {
  private final Simulation world;
  private final SteadyClock clock;
  private final ControlLoop loop;
  private final Dispatcher dispatcher;
  private final ServiceRoutes routes;
  private boolean dead;
  private boolean kicked;
  private boolean turning;
  private @Nullable Instant timer;
  private Instant lastWatch;

  SimLeader(Simulation world, long term) {
    this.world = world;
    this.lastWatch = world.now();
    clock =
        new SteadyClock(world::hostTime, () -> Duration.between(Samples.T0, world.now()).toNanos());
    ClusterState state = world.store().state();
    clock.notBefore(state.latestUpdate());
    loop =
        new ControlLoop(
            state,
            term,
            this::commit,
            clock,
            world::now,
            world.random().split(),
            new DecisionLog());
    loop.drivers(world.drivers());
    dispatcher = new Dispatcher(loop, this::assign, clock, world.random().split(), this::kick);
    routes = new ServiceRoutes(state, term);
  }

  SteadyClock clock() {
    return clock;
  }

  ControlLoop loop() {
    return loop;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  ServiceRoutes routes() {
    return routes;
  }

  /** It does nothing more, and nobody is told. */
  void die() {
    dead = true;
  }

  void begin() {
    loop.effects(
        new ControlLoop.Effects() {
          @Override
          public void observe(Commit commit) {
            dispatcher.observe(commit);
            routes.observe(commit);
          }

          @Override
          public void flush(ClusterState latest, Instant at) {
            dispatcher.flush(latest, at);
          }

          @Override
          public Optional<Instant> nextFlush() {
            return dispatcher.nextFlush();
          }
        });
    world.store().watch(this::watched);
    kick();
  }

  private void watched(Commit commit) {
    if (dead) {
      return;
    }
    Instant at = world.now().plusMillis(world.between(0, world.watchDelayMillis()));
    lastWatch = at.isAfter(lastWatch) ? at : lastWatch;
    world.at(
        lastWatch,
        () -> {
          loop.observe(commit);
          kick();
        });
  }

  private Future<AssignmentTaken> assign(String nodeId, Assignment assignment) {
    SimAgent agent = world.agents().get(nodeId);
    if (agent == null) {
      return Future.failedFuture(new BusFailure(BusFailure.NO_LISTENER, "nobody there"));
    }
    Assignment sent = world.assignments.apply(assignment);
    return world.call(() -> agent.take(sent));
  }

  private Future<Commit> commit(Transaction transaction) {
    Promise<Commit> done = Promise.promise();
    Transaction sent = world.transactions.apply(transaction);
    boolean lost = !world.isCalm() && world.chance(0.02);
    boolean mute = !world.isCalm() && world.chance(0.02);
    world.after(
        world.between(0, world.isCalm() ? 2 : 15),
        () -> {
          Future<Commit> result =
              lost
                  ? Future.failedFuture(new StoreFailure("lost", false, null))
                  : world.store().commit(sent);
          StoreFailure unknown = new StoreFailure("no answer", false, null);
          world.after(
              world.between(0, world.isCalm() ? 2 : 15),
              () -> {
                if (dead) {
                  return;
                }
                if (mute || result.failed()) {
                  done.fail(mute ? unknown : result.cause());
                } else {
                  done.complete(result.result());
                }
              });
        });
    return done.future();
  }

  private void kick() {
    if (!kicked && !dead) {
      kicked = true;
      world.after(0, this::turn);
    }
  }

  private void turn() {
    if (dead || turning) {
      return;
    }
    turning = true;
    kicked = false;
    world.turned();
    loop.turn()
        .onComplete(more -> {
          turning = false;
          if (more.failed()) {
            world.complain("a turn failed: " + more.cause());
          } else if (more.result() || kicked) {
            kicked = true;
            world.after(0, this::turn);
          } else {
            arm();
          }
        });
  }

  private void arm() {
    Instant next = loop.nextTurn().orElse(null);
    if (next == null || next.equals(timer)) {
      return;
    }
    timer = next;
    long millis = Math.max(1, Duration.between(clock.instant(), next).plusMillis(1).toMillis());
    world.after(
        millis,
        () -> {
          if (next.equals(timer)) {
            timer = null;
            kick();
          }
        });
  }
}
