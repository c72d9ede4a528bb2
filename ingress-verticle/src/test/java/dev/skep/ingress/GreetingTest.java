package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreetingTest {
  @Test
  void says_what_it_understands() {
    String line =
        new String(
            Greeting.ask(new Target("task1", 80, HostPort.of("127.0.0.3", 7946), true)),
            StandardCharsets.US_ASCII);
    assertThat(line).isEqualTo("SKEP/1 task1 80\n");
    assertThat(Greeting.parse(line.strip())).isEqualTo(new Greeting.Wanted("task1", 80));
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
    assertThat(Greeting.parse(line)).isNull();
  }

  @Test
  void answers_are_one_bounded_line() {
    assertThat(new String(Greeting.accepted(), StandardCharsets.US_ASCII)).isEqualTo("OK\n");
    String refused =
        new String(Greeting.refused("two\nlines " + "x".repeat(999)), StandardCharsets.US_ASCII);
    assertThat(refused)
        .startsWith("NO two lines x")
        .endsWith("\n")
        .hasSizeLessThanOrEqualTo(Greeting.MAX_LINE);
    assertThat(refused.strip()).doesNotContain("\n");
    assertThat(Greeting.isAccepted("OK")).isTrue();
    assertThat(Greeting.isAccepted(refused.strip())).isFalse();
  }
}
