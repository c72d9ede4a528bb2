package dev.skep.scheduler.allocate;

import dev.skep.store.net.IpAddress;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  private final IpAddress first;
  private final int size;
  private final BitSet taken = new BitSet();
  private @Nullable IpAddress last;

  /**
   * @param size how many addresses it has; 0 or more, of which {@link #MOST} are given out
   * @param last the one that was given last; absent when none was
   */
  AddressRange(IpAddress first, long size, @Nullable IpAddress last) {
    this.first = first;
    this.size = Math.clamp(size, 0, MOST);
    this.last = last;
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

  /** The address that was given last, now or before. */
  @Nullable IpAddress last() {
    return last;
  }

  /** The next free address, which is taken from then on; empty when there is none. */
  Optional<IpAddress> give() {
    int from = last == null ? 0 : number(last) + 1;
    int number = taken.nextClearBit(from);
    if (number >= size) {
      number = taken.nextClearBit(0);
    }
    if (number >= size) {
      return Optional.empty();
    }
    taken.set(number);
    IpAddress given = first.plus(number);
    last = given;
    return Optional.of(given);
  }

  /** Counted from the first, which is 0; -1 for an address outside. */
  private int number(IpAddress address) {
    long number = address.low() - first.low();
    return address.v6() || number < 0 || number >= size ? -1 : (int) number;
  }
}
