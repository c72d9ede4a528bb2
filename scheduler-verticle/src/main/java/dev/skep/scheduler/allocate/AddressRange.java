package dev.skep.scheduler.allocate;

import dev.skep.store.net.IpAddress;
import java.util.BitSet;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Hands out the addresses of a range, each to one holder at a time. It goes round: an address that
 * was given back comes up again only after all others. IPv4 only. Not thread-safe.
 */
final class AddressRange {
  /**
   * Addresses of a range that are given out at most: more than there are tasks in a swarm. It
   * bounds what a user's subnet of /8 costs to 128 kB.
   */
  static final int MOST = 1 << 20;

  /** In the place of a number: nobody knows what was given last, so one place is as good as any. */
  static final int ANYWHERE = -1;

  private final IpAddress first;
  private final int size;
  private final RandomGenerator random;
  private final BitSet taken = new BitSet();
  private int next;

  /**
   * @param size how many addresses it has; 0 or more, of which {@link #MOST} are given out
   * @param next number of the first address to look at, counted from 0; or {@link #ANYWHERE}
   * @param random says where to begin when it can be anywhere
   */
  AddressRange(IpAddress first, long size, int next, RandomGenerator random) {
    this.first = first;
    this.size = Math.clamp(size, 0, MOST);
    this.next = next;
    this.random = random;
  }

  /** The address has a holder; one outside of the range is nobody's business here. */
  void take(IpAddress address) {
    int number = number(address);
    if (number >= 0) {
      taken.set(number);
    }
  }

  /** How many addresses could be given out. */
  int free() {
    return size - taken.cardinality();
  }

  int size() {
    return size;
  }

  /** Where the next look begins: after what was given last; {@link #ANYWHERE} before the first. */
  int next() {
    return next;
  }

  /** The next free address, which is taken from then on; empty when there is none. */
  Optional<IpAddress> give() {
    if (free() <= 0) {
      return Optional.empty();
    }
    int number = taken.nextClearBit(next == ANYWHERE ? random.nextInt(size) : next);
    if (number >= size) {
      number = taken.nextClearBit(0);
    }
    taken.set(number);
    next = number + 1;
    return Optional.of(first.plus(number));
  }

  /** Counted from the first, which is 0; -1 for an address outside. */
  private int number(IpAddress address) {
    long number = address.low() - first.low();
    return address.v6() || number < 0 || number >= size ? -1 : (int) number;
  }
}
