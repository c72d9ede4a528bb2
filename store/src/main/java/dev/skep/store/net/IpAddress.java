package dev.skep.store.net;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address; as text (and in JSON) 10.0.3.2 or fd00::1, in the form of RFC 5952. All
 * of IPv4 comes before all of IPv6.
 *
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits; for IPv4 the address as a number below 2^32
 */
public record IpAddress(boolean v6, long high, long low) implements Comparable<IpAddress> {
  private static final int V4_BITS = 32;
  private static final int V6_BITS = 128;
  private static final int GROUPS = 8;

  /** Four numbers, or something with colons: nothing that a name server would be asked for. */
  private static final Pattern LITERAL =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  public IpAddress {
    if (!v6 && (high != 0 || low < 0 || low >> V4_BITS != 0)) {
      throw new IllegalArgumentException("no IPv4 address: " + high + ", " + low);
    }
  }

  /** Reads "10.0.3.2" or "fd00::1". Throws IllegalArgumentException for anything else. */
  @JsonCreator
  public static IpAddress parse(String text) {
    return find(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IP address: '" + text + "'"));
  }

  /** As {@link #parse}; empty for what is no address. */
  public static Optional<IpAddress> find(String text) {
    if (!LITERAL.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(InetAddress.ofLiteral(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  public static IpAddress of(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length * Byte.SIZE == V4_BITS) {
      return new IpAddress(false, 0, Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt()));
    }
    ByteBuffer both = ByteBuffer.wrap(bytes);
    return new IpAddress(true, both.getLong(), both.getLong());
  }

  /** How many bits such an address has: 32 or 128. */
  public int bits() {
    return v6 ? V6_BITS : V4_BITS;
  }

  /**
   * The address that many further on.
   *
   * @param n 0 or more
   * @throws IllegalArgumentException when there is none
   */
  public IpAddress plus(long n) {
    if (n < 0) {
      throw new IllegalArgumentException("not a distance: " + n);
    }
    if (!v6) {
      if (n >> V4_BITS != 0 || ((low + n) >> V4_BITS) != 0) {
        throw new IllegalArgumentException("there is no IPv4 address " + n + " after " + this);
      }
      return new IpAddress(false, 0, low + n);
    }
    long sum = low + n;
    boolean carry = Long.compareUnsigned(sum, low) < 0;
    if (carry && high == -1L) {
      throw new IllegalArgumentException("there is no IPv6 address " + n + " after " + this);
    }
    return new IpAddress(true, carry ? high + 1 : high, sum);
  }

  /** This address with all bits after the first {@code prefix} cleared, or set. */
  IpAddress masked(int prefix, boolean ones) {
    if (!v6) {
      long rest = (1L << (V4_BITS - prefix)) - 1;
      return new IpAddress(false, 0, ones ? low | rest : low & ~rest);
    }
    long upper = rest(Math.clamp(prefix, 0, Long.SIZE));
    long lower = rest(Math.clamp(prefix - Long.SIZE, 0, Long.SIZE));
    return ones
        ? new IpAddress(true, high | upper, low | lower)
        : new IpAddress(true, high & ~upper, low & ~lower);
  }

  /** All but the first {@code prefix} of 64 bits. */
  private static long rest(int prefix) {
    return prefix == Long.SIZE ? 0 : -1L >>> prefix;
  }

  /** 4 or 16 bytes, the most significant first. */
  public byte[] bytes() {
    return v6
        ? ByteBuffer.allocate(V6_BITS / Byte.SIZE).putLong(high).putLong(low).array()
        : ByteBuffer.allocate(V4_BITS / Byte.SIZE).putInt((int) low).array();
  }

  @Override
  public int compareTo(IpAddress other) {
    if (v6 != other.v6) {
      return v6 ? 1 : -1;
    }
    int upper = Long.compareUnsigned(high, other.high);
    return upper != 0 ? upper : Long.compareUnsigned(low, other.low);
  }

  @JsonValue
  @Override
  public String toString() {
    return v6
        ? v6Text()
        : (low >> 24) + "." + (low >> 16 & 255) + "." + (low >> 8 & 255) + "." + (low & 255);
  }

  /** Groups in hexadecimal; the longest run of zeros, the first of equals, is left out. */
  private String v6Text() {
    int[] groups = new int[GROUPS];
    Arrays.setAll(
        groups,
        i -> (int) ((i < 4 ? high : low) >>> (Long.SIZE - Short.SIZE * (i % 4 + 1))) & 0xffff);
    int from = 0;
    int length = 0;
    for (int start = 0; start < GROUPS; start++) {
      int end = start;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - start > length) {
        from = start;
        length = end - start;
      }
    }
    if (length < 2) {
      return text(groups, 0, GROUPS);
    }
    return text(groups, 0, from) + "::" + text(groups, from + length, GROUPS);
  }

  private static String text(int[] groups, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
