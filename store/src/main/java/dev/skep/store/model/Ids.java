package dev.skep.store.model;

import java.math.BigInteger;
import java.util.random.RandomGenerator;

/** Swarm's object ids: 25 characters of base 36, from 128 random bits. */
public final class Ids {
  /** Characters in an id. */
  public static final int LENGTH = 25;

  private static final int BITS = 128;
  private static final int RADIX = 36;

  private Ids() {}

  /**
   * The next id from {@code random}; pass a secure source in production, a seeded one in a
   * simulation.
   */
  public static String next(RandomGenerator random) {
    byte[] bits = new byte[BITS / Byte.SIZE];
    random.nextBytes(bits);
    return digits(new BigInteger(1, bits), LENGTH);
  }

  /** {@code value} in base 36, padded with zeros to {@code length} characters. */
  public static String digits(BigInteger value, int length) {
    String digits = value.toString(RADIX);
    return "0".repeat(Math.max(0, length - digits.length())) + digits;
  }
}
