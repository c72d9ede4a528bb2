package dev.skep.node;

import dev.skep.store.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The node's agent. Deploy it on virtual threads ({@code ThreadingModel.VIRTUAL_THREAD}), one for
 * each node identity.
 *
 * <p>It answers at {@link Addresses#assign}, {@link Addresses#leave}, {@link Addresses#logs} and
 * {@link Addresses#tunnel} of its node. When it is undeployed, containers stay as they are.
 */
public final class NodeVerticle extends VerticleBase {
  private final NodeSettings settings;
  private final Vertx hostVertx;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Promise<Void> session = Promise.promise();
  private volatile @Nullable Agent agent;

  /**
   * @param hostVertx on which the engine is talked to; native transport is best
   * @param random a secure source of stream ids
   */
  public NodeVerticle(
      NodeSettings settings, Vertx hostVertx, InstantSource clock, RandomGenerator random) {
    this.settings = settings;
    this.hostVertx = hostVertx;
    this.clock = clock;
    this.random = random;
  }

  /** Done once a leader has this node in session and has said what it is to run. */
  public Future<Void> session() {
    return session.future();
  }

  /** Why no leader has this node in session, in words; empty while one has. Any thread may ask. */
  public Optional<String> silence() {
    Agent running = agent;
    return running == null ? Optional.empty() : running.silence();
  }

  @Override
  public Future<?> start() {
    Agent started =
        new Agent(settings, vertx, hostVertx, clock, random, () -> session.tryComplete());
    agent = started;
    return started.start();
  }

  @Override
  public Future<?> stop() {
    Agent running = agent;
    return running == null ? Future.succeededFuture() : running.stop();
  }
}
