package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnreachableAddressesTest {
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.3", 7946);
  private static final InetSocketAddress OTHER = new InetSocketAddress("127.0.0.4", 7946);
  private static final long TIME = UnreachableAddresses.PASSED_OVER.toNanos();

  private final UnreachableAddresses unreachable = new UnreachableAddresses();

  @Test
  void an_address_that_did_not_answer_is_passed_over_for_a_while() {
    unreachable.timedOut(ADDRESS, 1);
    assertThat(unreachable.isPassedOver(ADDRESS, 2)).isTrue();
    assertThat(unreachable.isPassedOver(ADDRESS, TIME)).isTrue();
    assertThat(unreachable.isPassedOver(OTHER, 2)).isFalse();
  }

  @Test
  void then_one_caller_is_to_try_it() {
    unreachable.timedOut(ADDRESS, 1);
    assertThat(unreachable.isPassedOver(ADDRESS, TIME + 1)).isFalse();
    assertThat(unreachable.isPassedOver(ADDRESS, TIME + 1)).isTrue();
    assertThat(unreachable.isPassedOver(ADDRESS, 2 * TIME + 1)).isFalse();
  }

  @Test
  void an_answer_ends_it() {
    unreachable.timedOut(ADDRESS, 1);
    unreachable.answered(ADDRESS);
    assertThat(unreachable.isPassedOver(ADDRESS, 2)).isFalse();
    assertThat(unreachable.isEmpty()).isTrue();
  }

  @Test
  void what_nothing_leads_to_is_forgotten() {
    unreachable.timedOut(ADDRESS, 1);
    unreachable.timedOut(OTHER, 1);
    unreachable.retain(List.of(OTHER));
    assertThat(unreachable.isPassedOver(ADDRESS, 2)).isFalse();
    assertThat(unreachable.isPassedOver(OTHER, 2)).isTrue();
  }
}
