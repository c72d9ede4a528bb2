package dev.skep.node.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.net.Subnet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FreeSubnetTest {
  private static Subnet beside(String... used) {
    return FreeSubnet.beside(Stream.of(used).map(Subnet::parse).toList());
  }

  @Test
  void takes_the_first_that_overlaps_nothing() {
    assertThat(beside()).hasToString("10.128.0.0/24");
    assertThat(beside("172.17.0.0/16", "fd00::/64", "10.128.0.0/24")).hasToString("10.128.1.0/24");
    assertThat(beside("10.128.0.128/25")).hasToString("10.128.1.0/24");
    assertThat(beside("10.128.0.0/16", "10.129.0.0/30")).hasToString("10.129.1.0/24");
  }

  @Test
  void says_when_there_is_none() {
    assertThatThrownBy(() -> FreeSubnet.beside(List.of(Subnet.parse("10.0.0.0/8"))))
        .isInstanceOf(NetworkException.class)
        .hasMessage("no free subnet is left in 10.128.0.0/9: remove unused networks");
  }
}
