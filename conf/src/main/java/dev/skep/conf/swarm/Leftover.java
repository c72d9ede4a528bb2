package dev.skep.conf.swarm;

import dev.skep.store.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The mark that what lies in the store's directory is nobody's: of a swarm that is being founded or
 * left. It is there before the first step and goes after the last, so that after a crash in between
 * the next founding or joining may remove what is left. A store without it, and without a
 * membership.json, is one whose membership was lost ({@link LostMembership}).
 */
final class Leftover {
  private static final String FILE = "store.leftover";

  private Leftover() {}

  /**
   * Removes what a founding or leaving left that did not come to its end, and marks what follows as
   * not at its end. Throws MembershipException where there is more than that.
   */
  static void remove(SwarmParts.Maker maker, Path dataDir) throws IOException {
    LostMembership.requireNone(dataDir, maker.storeDirectory());
    mark(dataDir);
    maker.forget();
  }

  static void mark(Path dataDir) throws IOException {
    Path file = dataDir.resolve(FILE);
    if (!Files.exists(file)) {
      AtomicFile.write(file, new byte[0]);
    }
  }

  static boolean marked(Path dataDir) {
    return Files.exists(dataDir.resolve(FILE));
  }

  static void clear(Path dataDir) throws IOException {
    if (marked(dataDir)) {
      AtomicFile.delete(dataDir.resolve(FILE));
    }
  }
}
