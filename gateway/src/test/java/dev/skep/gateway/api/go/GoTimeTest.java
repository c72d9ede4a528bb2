package dev.skep.gateway.api.go;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.error.ApiError;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoTimeTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "1700000000, 2023-11-14T22:13:20Z",
    "1700000000.5, 2023-11-14T22:13:20.5Z",
    "1700000000.000000001, 2023-11-14T22:13:20.000000001Z",
    "2026-11-21T10:00:00Z, 2026-11-21T10:00:00Z",
    "2026-11-21T10:00:00+02:00, 2026-11-21T08:00:00Z",
    "2026-11-21T10:00:00, 2026-11-21T10:00:00Z",
    "2026-11-21, 2026-11-21T00:00:00Z",
    "10m, 2026-11-21T11:50:00Z",
    "1h30m, 2026-11-21T10:30:00Z",
    "1.5s, 2026-11-21T11:59:58.5Z",
    "0, 1970-01-01T00:00:00Z"
  })
  void reads(String text, Instant instant) {
    assertThat(GoTime.parse("since", text, NOW)).isEqualTo(instant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "1x",
        "-",
        "2026-13-01",
        "1e9",
        "99999999999999999999",
        "9999999999999999999h",
        "10 m"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> GoTime.parse("since", text, NOW))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400));
  }
}
