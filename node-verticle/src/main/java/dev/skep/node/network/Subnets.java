package dev.skep.node.network;

import java.util.ArrayList;
import java.util.List;

/** Finds room for a network beside those that an engine has. */
final class Subnets {
  /**
   * 10.128.0.0/9 in pieces of /24: the upper half of Swarm's own pool, which Swarm hands out from
   * below.
   */
  private static final long FIRST = 0x0A80_0000L;

  private static final int PIECES = 1 << 15;
  private static final long PIECE = 256;

  private Subnets() {}

  /**
   * The first piece that overlaps none of these IPv4 subnets in CIDR form; others are ignored.
   * Throws IllegalStateException when all are taken.
   */
  static String free(List<String> used) {
    List<long[]> ranges = new ArrayList<>();
    for (String subnet : used) {
      long[] range = range(subnet);
      if (range.length == 2) {
        ranges.add(range);
      }
    }
    for (int i = 0; i < PIECES; i++) {
      long start = FIRST + i * PIECE;
      if (ranges.stream().noneMatch(r -> r[0] < start + PIECE && start < r[1])) {
        return (start >> 24) + "." + (start >> 16 & 255) + "." + (start >> 8 & 255) + ".0/24";
      }
    }
    throw new IllegalStateException("no free subnet is left in 10.128.0.0/9");
  }

  /**
   * The first address of an IPv4 subnet in CIDR form, which engines take for themselves; else
   * empty.
   */
  static String first(String subnet) {
    long[] range = range(subnet);
    if (range.length == 0) {
      return "";
    }
    long address = range[0] + 1;
    return (address >> 24)
        + "."
        + (address >> 16 & 255)
        + "."
        + (address >> 8 & 255)
        + "."
        + (address & 255);
  }

  private static long[] range(String subnet) {
    String[] parts = subnet.split("[./]");
    if (parts.length != 5) {
      return new long[0];
    }
    long address = 0;
    for (int i = 0; i < 4; i++) {
      address = address << 8 | Long.parseLong(parts[i]);
    }
    long size = 1L << (32 - Integer.parseInt(parts[4]));
    long start = address / size * size;
    return new long[] {start, start + size};
  }
}
