package dev.skep.scheduler.allocate;

import dev.skep.store.net.Subnet;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Cuts subnets from the cluster's address pools. */
final class SubnetSupply {
  /**
   * Subnets of one pool that are given out at most: a thousand times the networks that a swarm
   * manages. It bounds what a look costs when a pool of /8 is cut into the smallest.
   */
  static final int MOST = 1 << 20;

  private SubnetSupply() {}

  /**
   * The next subnet that overlaps with none that is taken; empty when there is none. It goes round:
   * what was given back comes up again only after all others.
   *
   * @param pools IPv4; others are passed over
   * @param prefix length of the subnets
   * @param last what was given last; absent when nothing was
   */
  static Optional<Subnet> next(
      List<Subnet> pools, int prefix, Collection<Subnet> taken, @Nullable Subnet last) {
    int begin = 0;
    for (int i = 0; last != null && i < pools.size(); i++) {
      if (pools.get(i).contains(last)) {
        begin = i;
        break;
      }
    }
    // The pool that the last one is from comes twice: from there, and at the end from its first.
    for (int i = 0; i <= pools.size() && !pools.isEmpty(); i++) {
      Subnet pool = pools.get((begin + i) % pools.size());
      int parts = pool.first().v6() ? 0 : (int) Math.min(MOST, pool.parts(prefix));
      int from = i == 0 && last != null && pool.contains(last) ? number(pool, prefix, last) + 1 : 0;
      int number = parts == 0 ? 0 : taken(pool, prefix, parts, taken).nextClearBit(from);
      if (number < parts) {
        return Optional.of(pool.part(prefix, number));
      }
    }
    return Optional.empty();
  }

  private static BitSet taken(Subnet pool, int prefix, int parts, Collection<Subnet> taken) {
    BitSet numbers = new BitSet();
    for (Subnet other : taken) {
      if (pool.overlaps(other)) {
        boolean within = pool.contains(other);
        int from = within ? number(pool, prefix, other) : 0;
        int to = within ? lastNumber(pool, prefix, other) : parts - 1;
        numbers.set(Math.min(from, parts), Math.min(to + 1, parts));
      }
    }
    return numbers;
  }

  /** In which of the pool's subnets another one that is within the pool begins. */
  private static int number(Subnet pool, int prefix, Subnet other) {
    return number(other.first().low() - pool.first().low(), prefix);
  }

  private static int lastNumber(Subnet pool, int prefix, Subnet other) {
    return number(other.last().low() - pool.first().low(), prefix);
  }

  private static int number(long distance, int prefix) {
    return (int) Math.min(MOST, distance >> (Integer.SIZE - prefix));
  }
}
