package dev.skep.conf.swarm;

import dev.skep.store.membership.Membership.InitRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** Makes a new swarm, in a data directory that holds none. */
final class Founding {
  private Founding() {}

  /**
   * The parts of a new swarm. The store is whole before membership.json says that there is one, so
   * that after a crash in between this host is in no swarm. A failure leaves nothing of them.
   */
  static SwarmParts found(
      SwarmParts.Maker maker,
      Path dataDir,
      InitRequest request,
      Identity founder,
      Instant now,
      RandomGenerator random)
      throws Exception {
    SwarmParts started = null;
    try {
      started =
          maker.start(
              founder, FoundingRequest.objects(request, founder, maker.hostname(), now, random));
      founder.write(dataDir);
      Leftover.clear(dataDir);
      return started;
    } catch (Exception e) {
      if (started != null) {
        started.stop();
      }
      forgetAfter(e, maker, dataDir);
      throw e;
    }
  }

  /** What cannot be removed now goes before the next founding or joining at the latest. */
  private static void forgetAfter(Exception failure, SwarmParts.Maker maker, Path dataDir) {
    try {
      Leftover.mark(dataDir);
      Identity.delete(dataDir);
      maker.forget();
      Leftover.clear(dataDir);
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
