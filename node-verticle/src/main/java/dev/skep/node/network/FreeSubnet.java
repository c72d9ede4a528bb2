package dev.skep.node.network;

import dev.skep.store.net.Subnet;
import java.util.List;

/** Finds room for a network beside those that an engine has. Pure. */
final class FreeSubnet {
  /** The upper half of Swarm's own pool, which Swarm hands out from below. */
  private static final Subnet POOL = Subnet.parse("10.128.0.0/9");

  private static final int SIZE = 24;

  private FreeSubnet() {}

  /**
   * The first block of the pool that overlaps none of these. Throws NetworkException when all are
   * taken.
   */
  static Subnet beside(List<Subnet> used) {
    List<Subnet> near = used.stream().filter(POOL::overlaps).toList();
    for (long i = 0; i < POOL.parts(SIZE); i++) {
      Subnet candidate = POOL.part(SIZE, i);
      if (near.stream().noneMatch(candidate::overlaps)) {
        return candidate;
      }
    }
    throw new NetworkException("no free subnet is left in " + POOL + ": remove unused networks");
  }
}
