package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.net.HostPort;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayProtocolTest {
  @Test
  void says_what_it_understands() {
    String line =
        new String(
            RelayProtocol.ask(
                new Destination("task1", 80, HostPort.of("127.0.0.3", 7946).socketAddress(), true)),
            StandardCharsets.US_ASCII);
    assertThat(line).isEqualTo("SKEP/1 task1 80\n");
    assertThat(RelayProtocol.parse(line.strip())).isEqualTo(new RelayProtocol.Request("task1", 80));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SKEP/1",
        "SKEP/1 t",
        "SKEP/1 t x",
        "SKEP/1 t 0",
        "SKEP/1 t 65536",
        "SKEP/1 t -1",
        "SKEP/1  80",
        "SKEP/2 t 80",
        "SKEP/1 t 80 more",
        "GET / HTTP/1.1",
        "skep/1 t 80"
      })
  void understands_nothing_else(String line) {
    assertThat(RelayProtocol.parse(line)).isNull();
  }

  @Test
  void answers_are_one_bounded_line() {
    assertThat(new String(RelayProtocol.accepted(), StandardCharsets.US_ASCII)).isEqualTo("OK\n");
    String refused =
        new String(
            RelayProtocol.refused("two\nlines " + "x".repeat(999)), StandardCharsets.US_ASCII);
    assertThat(refused)
        .startsWith("NO two lines x")
        .endsWith("\n")
        .hasSizeLessThanOrEqualTo(RelayProtocol.MAX_LINE);
    assertThat(refused.strip()).doesNotContain("\n");
    assertThat(RelayProtocol.isAccepted("OK")).isTrue();
    assertThat(RelayProtocol.isAccepted(refused.strip())).isFalse();
  }
}
