package dev.skep.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsEndpointTest {
  @ParameterizedTest
  @CsvSource({
    "172.18.0.0/16,   172.18.0.1,     true",
    "172.18.0.0/16,   172.18.255.254, true",
    "172.18.0.0/16,   172.19.0.1,     false",
    "10.1.2.128/25,   10.1.2.129,     true",
    "10.1.2.128/25,   10.1.2.127,     false",
    "10.1.2.0/23,     10.1.3.9,       true",
    "10.1.2.0/23,     10.1.4.9,       false",
    "10.1.2.3/32,     10.1.2.3,       true",
    "10.1.2.3/32,     10.1.2.2,       false",
    "172.18.0.0/16,   fd00::1,        false",
    "172.18.0.0/16,   nonsense,       false"
  })
  void covers_the_subnet_and_nothing_else(String subnet, String address, boolean covered) {
    assertThat(
            new DnsEndpoint("n", IpAddress.parse("10.0.0.1"), Subnet.parse(subnet)).covers(address))
        .isEqualTo(covered);
  }
}
