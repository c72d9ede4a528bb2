package dev.skep.node.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubnetsTest {
  @Test
  void takes_the_first_piece_that_overlaps_nothing() {
    assertThat(Subnets.free(List.of())).isEqualTo("10.128.0.0/24");
    assertThat(
            Subnets.free(
                List.of("10.128.0.0/24", "10.128.1.128/25", "172.17.0.0/16", "fd00::/8", "")))
        .isEqualTo("10.128.2.0/24");
    assertThat(Subnets.free(List.of("10.128.0.0/12"))).isEqualTo("10.144.0.0/24");
    assertThat(Subnets.free(List.of("10.128.0.77/24")))
        .as("an address inside counts for its subnet")
        .isEqualTo("10.128.1.0/24");
  }

  @Test
  void knows_the_first_address_of_a_subnet() {
    assertThat(Subnets.first("10.128.2.0/24")).isEqualTo("10.128.2.1");
    assertThat(Subnets.first("192.168.255.128/25")).isEqualTo("192.168.255.129");
    assertThat(Subnets.first("fd00::/64")).isEmpty();
    assertThat(Subnets.first("")).isEmpty();
  }

  @Test
  void says_when_nothing_is_left() {
    assertThatThrownBy(() -> Subnets.free(List.of("10.0.0.0/8")))
        .hasMessageContaining("10.128.0.0/9");
  }
}
