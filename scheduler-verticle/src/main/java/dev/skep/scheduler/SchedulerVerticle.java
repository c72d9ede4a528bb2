package dev.skep.scheduler;

import dev.skep.scheduler.leader.LeaderTerm;
import dev.skep.store.Leadership;
import dev.skep.store.Store;
import dev.skep.store.bus.Bus;
import dev.skep.store.time.SteadyClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides on the leader: watches the leadership, and while this member leads has a {@link
 * LeaderTerm} that works. Deploy it on a manager's swarm Vert.x, best with virtual threads: a pass
 * over a large cluster may take longer than an event loop should stand still.
 */
public final class SchedulerVerticle extends VerticleBase {
  private final Store store;
  private final Bus bus;
  private final SteadyClock clock;
  private final RandomGenerator random;
  private @Nullable LeaderTerm leaderTerm;
  private Store.@Nullable Watch leadership;

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

  @Override
  public Future<?> start() {
    Context here = context;
    leadership = store.onLeadership(now -> here.runOnContext(v -> changed(now)));
    return Future.succeededFuture();
  }

  private void changed(Leadership now) {
    LeaderTerm before = leaderTerm;
    if (before != null && (!now.leader() || before.term() != now.term())) {
      leaderTerm = null;
      before.end();
    }
    if (leaderTerm == null && now.leader() && leadership != null) {
      leaderTerm = new LeaderTerm(vertx, context, store, bus, now.term(), clock, random);
    }
  }

  @Override
  public Future<?> stop() {
    Store.Watch watch = leadership;
    leadership = null;
    if (watch != null) {
      watch.close();
    }
    LeaderTerm last = leaderTerm;
    leaderTerm = null;
    return last == null ? Future.succeededFuture() : last.end();
  }
}
