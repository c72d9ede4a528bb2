package dev.skep.gateway.swarm;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.JoinRequest;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.membership.SwarmDefaults;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.Cluster.JoinTokens;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Sensitive;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** POST /swarm/init, join, leave, update, unlock; GET /swarm and /swarm/unlockkey. */
public final class SwarmEndpoints {
  private static final String ALREADY =
      "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
          + " join another one.";

  private final SwarmGate gate;
  private final Commits commits;
  private final InstantSource clock;
  private final RandomGenerator random;

  public SwarmEndpoints(
      SwarmGate gate, Commits commits, InstantSource clock, RandomGenerator random) {
    this.gate = gate;
    this.commits = commits;
    this.clock = clock;
    this.random = random;
  }

  public Reply init(Call call) {
    InitRequest request = call.json(InitRequest.class);
    if (Boolean.TRUE.equals(request.forceNewCluster())) {
      requireNoWorker();
    } else {
      requireOutside();
    }
    SwarmRules.check(request);
    return Reply.ok(done(gate.membership().init(request)));
  }

  public Reply join(Call call) {
    JoinRequest request = call.json(JoinRequest.class);
    requireOutside();
    SwarmRules.check(request);
    gate.membership()
        .join(request)
        .compose(SwarmEndpoints::nothing, SwarmEndpoints::refusal)
        .await();
    return Reply.done();
  }

  public Reply leave(Call call) {
    if (gate.place() instanceof Outside outside && outside.state().equals("inactive")) {
      throw ApiError.unavailable("This node is not part of a swarm");
    }
    gate.membership()
        .leave(call.flag("force"))
        .compose(SwarmEndpoints::nothing, SwarmEndpoints::refusal)
        .await();
    return Reply.done();
  }

  public Reply inspect(Call call) {
    return Reply.ok(ClusterView.of(cluster(gate.state())));
  }

  public Reply update(Call call) {
    gate.manager();
    ClusterSpec asked = call.json(ClusterSpec.class);
    long version = call.objectVersion("swarm");
    boolean rotateWorker = call.trueOrFalse("rotateWorkerToken");
    boolean rotateManager = call.trueOrFalse("rotateManagerToken");
    boolean rotateKey = call.trueOrFalse("rotateManagerUnlockKey");
    ClusterSpec spec = SwarmDefaults.complete(asked);
    SwarmRules.check(spec);
    if (rotateKey) {
      throw ApiError.notImplemented(SwarmRules.NO_AUTOLOCK);
    }
    commits.commit(state -> {
      Cluster cluster = cluster(state);
      if (!cluster.version().shows(version)) {
        throw ApiError.outOfSequence();
      }
      JoinTokens tokens = rotated(cluster.joinTokens(), rotateWorker, rotateManager);
      return Transaction.at(clock.instant())
          .update(cluster.withSpec(spec).withJoinTokens(tokens))
          .build();
    });
    return Reply.done();
  }

  public Reply unlockKey(Call call) {
    gate.manager();
    return Reply.ok(Map.of("UnlockKey", ""));
  }

  public Reply unlock(Call call) {
    if (gate.asManager().isEmpty()) {
      gate.manager();
    }
    throw ApiError.conflict("swarm is not locked");
  }

  private void requireOutside() {
    if (!(gate.place() instanceof Outside)) {
      throw ApiError.unavailable(ALREADY);
    }
  }

  /** A manager's swarm goes on with it alone; where there is none, one is founded. */
  private void requireNoWorker() {
    if (!(gate.place() instanceof Outside)) {
      gate.manager();
    }
  }

  private static Cluster cluster(ClusterState state) {
    return state
        .cluster()
        .orElseThrow(() -> ApiError.unavailable("the swarm is being founded; try again"));
  }

  private @Nullable JoinTokens rotated(
      @Nullable JoinTokens tokens, boolean worker, boolean manager) {
    if (tokens == null) {
      return null;
    }
    return new JoinTokens(
        worker ? rotated(tokens.worker()) : tokens.worker(),
        manager ? rotated(tokens.manager()) : tokens.manager());
  }

  /** The same swarm's token with another secret: SWMTKN-1-digest-SECRET. */
  private Sensitive rotated(Sensitive token) {
    String text = token.text();
    return new Sensitive(text.substring(0, text.lastIndexOf('-') + 1) + Ids.next(random));
  }

  private static <T> T done(Future<T> change) {
    return change.recover(SwarmEndpoints::refusal).await();
  }

  private static Future<Boolean> nothing(@Nullable Void done) {
    return Future.succeededFuture(true);
  }

  private static <T> Future<T> refusal(Throwable cause) {
    return Future.failedFuture(
        cause instanceof MembershipException e
            ? new ApiError(e.status(), String.valueOf(e.getMessage()))
            : cause);
  }
}
