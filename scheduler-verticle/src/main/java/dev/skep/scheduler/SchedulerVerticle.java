package dev.skep.scheduler;

import dev.skep.scheduler.leader.LeaderTerm;
import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.bus.Bus;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.time.SteadyClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides on the leader: follows the leadership, and while this member leads has a {@link
 * LeaderTerm} that works. Deploy it on a manager's swarm Vert.x, best with virtual threads: a pass
 * over a large cluster may take longer than an event loop should stand still.
 */
public final class SchedulerVerticle extends VerticleBase {
  private final Store store;
  private final Bus bus;
  private final SteadyClock clock;
  private final RandomGenerator random;
  private @Nullable LeaderTerm leaderTerm;
  private Store.@Nullable Watch following;

  /**
   * @param bus of the swarm's Vert.x, on which this is deployed
   * @param clock the time that commits and delays are dated with; its daemon's only one
   * @param random ids are made from it; a secure one in production
   */
  public SchedulerVerticle(Store store, Bus bus, SteadyClock clock, RandomGenerator random) {
    this.store = store;
    this.bus = bus;
    this.clock = clock;
    this.random = random;
  }

  /** Done when what the store told at once has been acted upon: a leader takes messages then. */
  @Override
  public Future<?> start() {
    Context here = context;
    following = store.follow(new Leaderships(here));
    Promise<Void> begun = Promise.promise();
    here.runOnContext(v -> begun.complete());
    return begun.future();
  }

  /** Hands what the store tells to this verticle's context. */
  private final class Leaderships implements StoreListener {
    private final Context here;

    Leaderships(Context here) {
      this.here = here;
    }

    @Override
    public void commit(Commit commit) {
      // A term follows them by itself.
    }

    @Override
    public void reset(ClusterState state) {
      here.runOnContext(v -> beginAnew());
    }

    @Override
    public void leadership(Leadership now) {
      here.runOnContext(v -> changed(now));
    }
  }

  /**
   * Commits are missing from what the loop knows, so it begins again from the state. A member that
   * leads has all commits; this one has led, and what it knew of that is of no use any more.
   */
  private void beginAnew() {
    LeaderTerm before = leaderTerm;
    if (before != null && following != null) {
      before.end();
      leaderTerm = new LeaderTerm(vertx, context, store, bus, before.term(), clock, random);
    }
  }

  private void changed(Leadership now) {
    LeaderTerm before = leaderTerm;
    if (before != null && (!now.here() || before.term() != now.term())) {
      leaderTerm = null;
      before.end();
    }
    if (leaderTerm == null && now.here() && following != null) {
      leaderTerm = new LeaderTerm(vertx, context, store, bus, now.term(), clock, random);
    }
  }

  @Override
  public Future<?> stop() {
    Store.Watch watch = following;
    following = null;
    if (watch != null) {
      watch.close();
    }
    LeaderTerm last = leaderTerm;
    leaderTerm = null;
    return last == null ? Future.succeededFuture() : last.end();
  }
}
