package dev.skep.store.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {
  private static Subnet subnet(String text) {
    return Subnet.parse(text);
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.3.0/24, 10.0.3.0/24, 10.0.3.255",
    "10.0.3.7/24, 10.0.3.0/24, 10.0.3.255",
    "10.0.3.7/32, 10.0.3.7/32, 10.0.3.7",
    "255.255.255.255/0, 0.0.0.0/0, 255.255.255.255",
    "fd00::5/64, fd00::/64, fd00::ffff:ffff:ffff:ffff",
    "fd00:1:2::/50, fd00:1:2::/50, fd00:1:2:3fff:ffff:ffff:ffff:ffff",
    "::/0, ::/0, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fd00::1/128, fd00::1/128, fd00::1"
  })
  void has_bounds(String text, String same, String last) {
    assertThat(subnet(text)).hasToString(same);
    assertThat(subnet(text).last()).isEqualTo(ip(last));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.3.0",
        "10.0.3/24",
        "10.0.3.0/33",
        "10.0.3.0/-1",
        "10.0.3.0/",
        "a/8",
        "10.0.3.256/24",
        "fd00::/129",
        "localhost/8",
        "10.0.3.0/24/8",
        "fe80::1%lo/64"
      })
  void anything_else_is_none(String text) {
    assertThat(Subnet.find(text)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> subnet(text)).withMessageContaining(text);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.3.4/30, 10.0.3.7, true",
    "10.0.3.4/30, 10.0.3.8, false",
    "0.0.0.0/0, ::1, false",
    "fd00::/64, fd00::ffff, true",
    "fd00::/64, fd00:0:0:1::, false"
  })
  void contains_its_addresses(String text, String address, boolean inside) {
    assertThat(subnet(text).contains(ip(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.1.0.0/16, true",
    "10.1.0.0/16, 10.1.0.0/16, true",
    "10.1.0.0/16, 10.2.0.0/16, false",
    "0.0.0.0/0, fd00::/8, false",
    "fd00::/8, fd12::/16, true"
  })
  void overlaps_either_way(String one, String other, boolean overlap) {
    assertThat(subnet(one).overlaps(subnet(other))).isEqualTo(overlap);
    assertThat(subnet(other).overlaps(subnet(one))).isEqualTo(overlap);
  }

  @Test
  void counts_its_addresses() {
    assertThat(subnet("10.0.3.0/24").size()).isEqualTo(256);
    assertThat(subnet("10.0.3.0/24").address(0)).isEqualTo(ip("10.0.3.0"));
    assertThat(subnet("10.0.3.0/24").address(255)).isEqualTo(ip("10.0.3.255"));
    assertThat(subnet("fd00::/64").size()).isEqualTo(Long.MAX_VALUE);
    assertThat(subnet("fd00::/64").address(1L << 40)).isEqualTo(ip("fd00::100:0:0"));
    assertThatIllegalArgumentException().isThrownBy(() -> subnet("10.0.3.0/24").address(256));
    assertThatIllegalArgumentException().isThrownBy(() -> subnet("10.0.3.0/24").address(-1));
  }

  @Test
  void divides_into_smaller_ones() {
    assertThat(subnet("10.128.0.0/9").parts(24)).isEqualTo(1 << 15);
    assertThat(subnet("10.128.0.0/9").part(24, 0)).isEqualTo(subnet("10.128.0.0/24"));
    assertThat(subnet("10.128.0.0/9").part(24, 257)).isEqualTo(subnet("10.129.1.0/24"));
    assertThat(subnet("10.0.3.0/24").part(32, 9)).isEqualTo(subnet("10.0.3.9/32"));
    assertThat(subnet("fd00::/48").part(64, 0x12)).isEqualTo(subnet("fd00:0:0:12::/64"));
    assertThat(subnet("fd00::/56").part(72, 0x1ff)).isEqualTo(subnet("fd00:0:0:1:ff00::/72"));
    assertThatIllegalArgumentException().isThrownBy(() -> subnet("10.128.0.0/9").part(24, 1 << 15));
    assertThatIllegalArgumentException().isThrownBy(() -> subnet("10.128.0.0/9").part(8, 0));
  }

  @Test
  void addresses_are_told_in_their_usual_form() {
    for (String text :
        List.of(
            "0.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "fd00::",
            "1:0:0:2::3",
            "1:2:3:4:5:6:7:8",
            "2001:db8::1:0:0:1",
            "1:0:2:3:4:5:6:7")) {
      assertThat(ip(text)).hasToString(text);
      assertThat(IpAddress.parse(ip(text).toString())).isEqualTo(ip(text));
    }
    assertThat(ip("FD00:0:0:0:0:0:0:A")).hasToString("fd00::a");
  }

  @Test
  void addresses_have_an_order_and_an_end() {
    assertThat(ip("10.0.0.255").plus(1)).isEqualTo(ip("10.0.1.0"));
    assertThat(ip("fd00::ffff:ffff:ffff:ffff").plus(1)).isEqualTo(ip("fd00:0:0:1::"));
    assertThat(List.of(ip("fd00::1"), ip("200.0.0.0"), ip("10.0.0.2"), ip("::1")).stream().sorted())
        .containsExactly(ip("10.0.0.2"), ip("200.0.0.0"), ip("::1"), ip("fd00::1"));
    assertThatIllegalArgumentException().isThrownBy(() -> ip("255.255.255.255").plus(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").plus(1));
  }

  @Test
  void only_its_first_address_makes_a_subnet() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Subnet(ip("10.0.3.7"), 24))
        .withMessage("10.0.3.7 is not the first address of a /24");
  }
}
