package dev.skep.store.net;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * A block of addresses; as text (and in JSON) in CIDR form, such as 10.0.3.0/24 or fd00::/64.
 *
 * @param first its lowest address: the network's own
 * @param prefix how many leading bits all its addresses share: 0 to 32, or to 128
 */
public record Subnet(IpAddress first, int prefix) implements Comparable<Subnet> {
  public Subnet {
    if (prefix < 0 || prefix > first.bits()) {
      throw new IllegalArgumentException("no prefix length for " + first + ": " + prefix);
    }
    if (!first.masked(prefix, false).equals(first)) {
      throw new IllegalArgumentException(first + " is not the first address of a /" + prefix);
    }
  }

  /**
   * Reads "10.0.3.0/24". An address within the block stands for it too: 10.0.3.7/24 is the same.
   * Throws IllegalArgumentException for anything else.
   */
  @JsonCreator
  public static Subnet parse(String text) {
    return find(text)
        .orElseThrow(
            () -> new IllegalArgumentException("not a subnet such as 10.0.3.0/24: '" + text + "'"));
  }

  /** As {@link #parse}; empty for what is no subnet. */
  public static Optional<Subnet> find(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
      return Optional.empty();
    }
    int prefix = Integer.parseInt(text.substring(slash + 1));
    return IpAddress.find(text.substring(0, slash))
        .filter(address -> prefix <= address.bits())
        .map(address -> around(address, prefix));
  }

  /** The block of that size in which an address is. */
  public static Subnet around(IpAddress address, int prefix) {
    if (prefix < 0 || prefix > address.bits()) {
      throw new IllegalArgumentException("no prefix length for " + address + ": " + prefix);
    }
    return new Subnet(address.masked(prefix, false), prefix);
  }

  /** Its highest address: of IPv4 the broadcast address, where there is one. */
  public IpAddress last() {
    return first.masked(prefix, true);
  }

  /** How many addresses it has; Long.MAX_VALUE stands for all that is more. */
  public long size() {
    int free = first.bits() - prefix;
    return free >= Long.SIZE - 1 ? Long.MAX_VALUE : 1L << free;
  }

  /**
   * The address number {@code n}, counted from the first, which is number 0.
   *
   * @throws IllegalArgumentException when it has none of that number
   */
  public IpAddress address(long n) {
    if (n < 0 || n >= size()) {
      throw new IllegalArgumentException(this + " has no address number " + n);
    }
    return first.plus(n);
  }

  /**
   * The {@code n}th of the blocks of a smaller size into which this one divides, from 0.
   *
   * @param smaller the prefix length of these
   * @throws IllegalArgumentException when there is none of that number
   */
  public Subnet part(int smaller, long n) {
    if (smaller < prefix || smaller > first.bits() || n < 0 || n >= parts(smaller)) {
      throw new IllegalArgumentException(this + " has no /" + smaller + " number " + n);
    }
    int shift = first.bits() - smaller;
    // The number's bits are those between the two prefixes, and zero in the first address.
    long upper =
        shift >= Long.SIZE ? n << (shift - Long.SIZE) : shift == 0 ? 0 : n >>> (Long.SIZE - shift);
    long lower = shift >= Long.SIZE ? 0 : n << shift;
    IpAddress start = new IpAddress(first.v6(), first.high() | upper, first.low() | lower);
    return new Subnet(start, smaller);
  }

  /** Into how many blocks of a smaller size it divides; Long.MAX_VALUE stands for more. */
  public long parts(int smaller) {
    int bits = smaller - prefix;
    return bits < 0 ? 0 : bits >= Long.SIZE - 1 ? Long.MAX_VALUE : 1L << bits;
  }

  public boolean contains(IpAddress address) {
    return address.v6() == first.v6() && address.masked(prefix, false).equals(first);
  }

  /** Whether all of the other's addresses are this one's. */
  public boolean contains(Subnet other) {
    return other.prefix >= prefix && contains(other.first);
  }

  /** Whether they have addresses in common. */
  public boolean overlaps(Subnet other) {
    return contains(other) || other.contains(this);
  }

  @Override
  public int compareTo(Subnet other) {
    int starts = first.compareTo(other.first);
    return starts != 0 ? starts : Integer.compare(prefix, other.prefix);
  }

  @JsonValue
  @Override
  public String toString() {
    return first + "/" + prefix;
  }
}
