package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SilenceTest {
  private static final InetSocketAddress ADDRESS = HostPort.of("127.0.0.3", 7946);
  private static final InetSocketAddress OTHER = HostPort.of("127.0.0.4", 7946);
  private static final long TIME = Silence.PASSED_OVER.toNanos();

  private final Silence silence = new Silence();

  @Test
  void an_address_that_did_not_answer_is_passed_over_for_a_while() {
    silence.heardNothing(ADDRESS, 1);
    assertThat(silence.isSilent(ADDRESS, 2)).isTrue();
    assertThat(silence.isSilent(ADDRESS, TIME)).isTrue();
    assertThat(silence.isSilent(OTHER, 2)).isFalse();
  }

  @Test
  void then_one_caller_is_to_try_it() {
    silence.heardNothing(ADDRESS, 1);
    assertThat(silence.isSilent(ADDRESS, TIME + 1)).isFalse();
    assertThat(silence.isSilent(ADDRESS, TIME + 1)).isTrue();
    assertThat(silence.isSilent(ADDRESS, 2 * TIME + 1)).isFalse();
  }

  @Test
  void an_answer_ends_it() {
    silence.heardNothing(ADDRESS, 1);
    silence.answered(ADDRESS);
    assertThat(silence.isSilent(ADDRESS, 2)).isFalse();
    assertThat(silence.isEmpty()).isTrue();
  }

  @Test
  void what_nothing_leads_to_is_forgotten() {
    silence.heardNothing(ADDRESS, 1);
    silence.heardNothing(OTHER, 1);
    silence.retain(List.of(OTHER));
    assertThat(silence.isSilent(ADDRESS, 2)).isFalse();
    assertThat(silence.isSilent(OTHER, 2)).isTrue();
  }
}
