package dev.skep.gateway.network;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A subnet.
 *
 * @param network its first address, as a number
 * @param bits of an address: 32 or 128
 */
record Cidr(BigInteger network, int prefix, int bits) {
  private static final Pattern LITERAL = Pattern.compile("[0-9]+(\\.[0-9]+){3}|[0-9a-fA-F:.]*:.*");

  /** Reads {@code 10.0.3.0/24}; anything else is empty. */
  static Optional<Cidr> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
      return Optional.empty();
    }
    int prefix = Integer.parseInt(text.substring(slash + 1));
    return address(text.substring(0, slash))
        .filter(address -> prefix <= address.length * Byte.SIZE)
        .map(address -> of(address, prefix));
  }

  private static Cidr of(byte[] address, int prefix) {
    int bits = address.length * Byte.SIZE;
    BigInteger number = new BigInteger(1, address);
    return new Cidr(number.shiftRight(bits - prefix).shiftLeft(bits - prefix), prefix, bits);
  }

  /** The bytes of an address that is written out; never asks a name server. */
  static Optional<byte[]> address(String text) {
    if (!LITERAL.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text).getAddress());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  boolean overlaps(Cidr other) {
    if (bits != other.bits) {
      return false;
    }
    int shorter = Math.min(prefix, other.prefix);
    return network.shiftRight(bits - shorter).equals(other.network.shiftRight(bits - shorter));
  }
}
