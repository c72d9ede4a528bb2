package dev.skep.store.constraint;

import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import java.util.List;
import java.util.Optional;
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
    Optional<IpAddress> actual = address == null ? Optional.empty() : IpAddress.find(address);
    boolean among = false;
    for (String value : values) {
      Optional<Subnet> wanted = subnet(value);
      if (wanted.isEmpty()) {
        return false;
      }
      among |= actual.filter(wanted.get()::contains).isPresent();
    }
    return among == (operator == Constraint.Operator.EQUAL);
  }

  private static Optional<Subnet> subnet(String value) {
    return value.indexOf('/') < 0
        ? IpAddress.find(value).map(address -> Subnet.around(address, address.bits()))
        : Subnet.find(value);
  }
}
