package dev.skep.node.image;

import dev.skep.engine.Engine;
import dev.skep.engine.ImageDetails;
import dev.skep.engine.ImageName;
import dev.skep.engine.PullProgress;
import dev.skep.engine.http.EngineException;
import dev.skep.node.concurrent.Fibers;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that an image is there: the local one, or one that is pulled. Tasks that want the same
 * image at the same time share one look and one pull.
 *
 * <p>Called on one context only.
 */
public final class Images {
  private static final Logger LOG = LoggerFactory.getLogger(Images.class);

  /**
   * Long enough for a burst of tasks of one service, short enough that a tag that moved is noticed.
   */
  private static final Duration LOOK_HOLDS = Duration.ofSeconds(5);

  private final Engine engine;
  private final Fibers fibers;
  private final InstantSource clock;
  private final Map<String, Look> looks = new HashMap<>();
  private final Map<String, Future<Void>> pulls = new HashMap<>();
  private final Map<String, PullProgress> progress = new HashMap<>();

  private record Look(Instant at, Future<ImageDetails> image) {}

  public Images(Engine engine, Fibers fibers, InstantSource clock) {
    this.engine = engine;
    this.fibers = fibers;
    this.clock = clock;
  }

  /**
   * Gives the image, pulled if it is not local. Throws the engine's own "No such image: ..." when
   * it is not there and cannot be pulled; the registry's words go to the log, as with Swarm.
   *
   * @param registryAuth the value for X-Registry-Auth; empty for none
   */
  public ImageDetails ensure(String reference, String registryAuth) {
    try {
      return look(reference).await();
    } catch (EngineException missing) {
      if (!missing.notFound()) {
        throw missing;
      }
      // As the engine says it when a container is made from it; its words for a look differ by
      // version.
      EngineException refusal =
          new EngineException(missing.status(), "No such image: " + reference);
      if (ImageName.isId(reference)) {
        throw refusal;
      }
      try {
        pull(reference, registryAuth).await();
      } catch (EngineException cause) {
        LOG.atWarn()
            .addKeyValue("image", reference)
            .addKeyValue("cause", cause.getMessage())
            .log("pulling image failed");
        throw refusal;
      }
      looks.remove(reference);
      return look(reference).await();
    }
  }

  /** How far the pull of the image is, in words; empty when it is not being pulled. */
  public Optional<String> pulling(String reference) {
    return Optional.ofNullable(progress.get(reference)).map(PullProgress::text);
  }

  private Future<ImageDetails> look(String reference) {
    Instant now = clock.instant();
    Look known = looks.get(reference);
    if (known != null && !known.image.failed() && known.at.plus(LOOK_HOLDS).isAfter(now)) {
      return known.image;
    }
    looks.values().removeIf(look -> !look.at.plus(LOOK_HOLDS).isAfter(now));
    Future<ImageDetails> image = engine.inspectImage(reference);
    looks.put(reference, new Look(now, image));
    return image;
  }

  private Future<Void> pull(String reference, String registryAuth) {
    Future<Void> known = pulls.get(reference);
    if (known != null) {
      return known;
    }
    LOG.atInfo().addKeyValue("image", reference).log("pulling an image that is not local");
    Future<Void> pull =
        fibers.start(() -> {
          try {
            engine
                .pull(reference, registryAuth)
                .compose(running -> {
                  progress.put(reference, running.progress());
                  return running.done();
                })
                .await();
            return null;
          } finally {
            progress.remove(reference);
            pulls.remove(reference);
          }
        });
    pulls.put(reference, pull);
    return pull;
  }
}
