package dev.skep.store.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.2:7946", "0.0.0.0:0", "[::1]:65535"})
  void text_is_read_and_written_back(String text) {
    assertThat(HostPort.parse(text)).hasToString(text);
  }

  @Test
  void short_forms_of_an_address_are_the_same_address() {
    assertThat(HostPort.parse("[::1]:80")).isEqualTo(HostPort.parse("[0:0:0:0:0:0:0:1]:80"));
    assertThat(HostPort.parse("[::1]:80").withPort(81)).isEqualTo(HostPort.of("::1", 81));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "a.b:80"})
  void anything_else_is_refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> HostPort.parse(text));
  }
}
