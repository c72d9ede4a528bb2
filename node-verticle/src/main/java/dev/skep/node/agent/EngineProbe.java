package dev.skep.node.agent;

import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.concurrent.Fibers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pings the engine for as long as the agent lives: an engine that hangs keeps its connections, so
 * nothing else tells.
 */
public final class EngineProbe {
  private static final Logger LOG = LoggerFactory.getLogger(EngineProbe.class);

  /** Between an answer and the next ping: one costs the engine a fraction of a millisecond. */
  public static final Duration PAUSE = Duration.ofSeconds(3);

  /** After a miss: so that a silence is noticed soon after it is one. */
  public static final Duration PAUSE_AFTER_MISS = Duration.ofMillis(500);

  private final String nodeId;
  private final Engine engine;
  private final Fibers fibers;
  private final InstantSource clock;
  private final Runnable turned;
  private final EngineHealth health = new EngineHealth();
  private boolean closed;

  /**
   * @param clock one that only goes forward
   * @param turned told when {@link #trouble} begins or ends
   */
  public EngineProbe(
      String nodeId, Engine engine, Fibers fibers, InstantSource clock, Runnable turned) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.fibers = fibers;
    this.clock = clock;
    this.turned = turned;
  }

  public void open() {
    fibers.run(this::probe);
  }

  public void close() {
    closed = true;
  }

  /** Why the node can do no work for want of an engine; absent when it can. */
  public Optional<String> trouble() {
    return health.trouble();
  }

  private void probe() {
    while (!closed) {
      boolean before = trouble().isPresent();
      Instant asked = clock.instant();
      Duration pause = PAUSE;
      try {
        engine.ping().await();
        health.answered(clock.instant());
      } catch (EngineUnavailableException | EngineException e) {
        health.missed(asked, clock.instant(), String.valueOf(e.getMessage()));
        pause = PAUSE_AFTER_MISS;
      }
      if (trouble().isPresent() != before) {
        LOG.atWarn()
            .addKeyValue("node", nodeId)
            .addKeyValue("trouble", trouble().orElse("none"))
            .log(before ? "the engine answers again" : "the engine does not answer");
        turned.run();
      }
      fibers.pause(pause);
    }
  }
}
