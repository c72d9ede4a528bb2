package dev.skep.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.bus.message.LogMessages.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogPositionTest {
  private static final String FIRST = "2026-11-21T10:00:00.000000001Z";
  private static final String SECOND = "2026-11-21T10:00:00.000000002Z";
  private static final String THIRD = "2026-11-21T10:00:00.000000003Z";

  private final LogPosition position = new LogPosition();

  @Test
  void leaves_out_what_comes_again() {
    assertThat(read(line(FIRST, "a"), line(SECOND, "b"), line(SECOND, "c"))).isEqualTo("abc");

    assertThat(position.at()).isEqualTo(Instant.parse(SECOND));
    assertThat(read(line(SECOND, "b"), line(SECOND, "c"), line(SECOND, "d"), line(THIRD, "e")))
        .isEqualTo("de");
    assertThat(position.at()).isEqualTo(Instant.parse(THIRD));
    assertThat(read(line(THIRD, "e"))).isEmpty();
  }

  @Test
  void lines_that_changed_places_are_passed_on() {
    assertThat(read(line(SECOND, "b"), line(FIRST, "a"), line(THIRD, "c"))).isEqualTo("bac");
    assertThat(position.at()).isEqualTo(Instant.parse(THIRD));
  }

  @Test
  void what_has_no_time_is_passed_on_and_moves_nothing() {
    assertThat(position.begun()).isFalse();
    assertThat(position.at()).isNull();
    assertThat(read(line("", "Error grabbing logs"))).isEqualTo("Error grabbing logs");
    assertThat(position.begun()).isFalse();
  }

  private String read(LogLine... lines) {
    StringBuilder text = new StringBuilder();
    position
        .unseen(List.of(lines))
        .forEach(line -> text.append(new String(line.data(), StandardCharsets.UTF_8)));
    return text.toString();
  }

  private static LogLine line(String timestamp, String text) {
    return new LogLine(1, timestamp, Map.of(), text.getBytes(StandardCharsets.UTF_8));
  }
}
