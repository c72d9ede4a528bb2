package dev.skep.store.constraint;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The value of a {@code node.ip} constraint: an address, or a subnet in CIDR form. */
final class IpRange {
  private IpRange() {}

  /**
   * Whether a constraint with {@code values} holds; one of which a value is neither an address nor
   * a subnet never does.
   */
  static boolean matches(
      List<String> values, @Nullable String address, Constraint.Operator operator) {
    byte[] actual = address == null ? null : bytes(address);
    boolean among = false;
    for (String value : values) {
      int slash = value.indexOf('/');
      byte[] wanted = bytes(slash < 0 ? value : value.substring(0, slash));
      if (wanted == null) {
        return false;
      }
      int bits = slash < 0 ? wanted.length * Byte.SIZE : prefix(value.substring(slash + 1));
      if (bits < 0 || bits > wanted.length * Byte.SIZE) {
        return false;
      }
      among |= actual != null && samePrefix(wanted, actual, bits);
    }
    return among == (operator == Constraint.Operator.EQUAL);
  }

  private static boolean samePrefix(byte[] a, byte[] b, int bits) {
    int whole = bits / Byte.SIZE;
    int rest = bits % Byte.SIZE;
    if (a.length != b.length || !Arrays.equals(a, 0, whole, b, 0, whole)) {
      return false;
    }
    return rest == 0 || ((a[whole] ^ b[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
  }

  private static byte @Nullable [] bytes(String text) {
    try {
      return InetAddress.ofLiteral(text).getAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int prefix(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
