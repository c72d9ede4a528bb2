package dev.skep.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiVersionTest {
  @ParameterizedTest
  @CsvSource({"1.41,1.41", "1.44,1.44", "1.51,1.51", "1.56,1.51", "2.0,1.51"})
  void speaks_the_engines_version_up_to_the_newest_known(String engines, String spoken) {
    assertThat(ApiVersion.negotiate(ApiVersion.parse(engines).orElseThrow())).hasToString(spoken);
  }

  @ParameterizedTest
  @CsvSource({"1.40", "1.9", "0.99"})
  void refuses_older_engines_and_says_what_to_do(String engines) {
    assertThatThrownBy(() -> ApiVersion.negotiate(ApiVersion.parse(engines).orElseThrow()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("API version " + engines)
        .hasMessageContaining("install Docker Engine 20.10 or newer");
  }

  @Test
  void refuses_what_is_no_version() {
    assertThat(ApiVersion.parse("v1.41")).isEmpty();
  }

  @Test
  void minor_versions_are_numbers_not_decimals() {
    assertThat(ApiVersion.parse("1.9").orElseThrow().atLeast(1, 41)).isFalse();
    assertThat(ApiVersion.parse("1.44").orElseThrow().atLeast(1, 44)).isTrue();
  }
}
