package dev.skep.store.model.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          `a\nb`|a b
          `a\r\n\n  b\n`|a b
          `\n a`|a
          `a  b`|a  b
          ``|``
          """)
  void makes_one_line_without_control_characters(String text, String line) {
    assertThat(OneLine.of(text)).isEqualTo(line);
  }

  @Test
  void takes_out_what_moves_the_cursor_and_what_breaks_lines_elsewhere() {
    assertThat(OneLine.of("a \t\u001b[31mred")).isEqualTo("a [31mred");
    assertThat(OneLine.of("a\u2028b\u2029c\u0085d")).isEqualTo("a b c d");
  }

  @Test
  void leaves_alone_what_is_one() {
    String text = "task: non-zero exit (1)";
    assertThat(OneLine.of(text)).isSameAs(text);
    assertThat(OneLine.of(null)).isNull();
    assertThat(OneLine.of("x".repeat(OneLine.MAX))).hasSize(OneLine.MAX);
  }

  @Test
  void is_bounded_and_cuts_no_character_in_two() {
    String line = OneLine.of("x".repeat(OneLine.MAX - 2) + "\ud83d\ude00".repeat(9));
    assertThat(line).isEqualTo("x".repeat(OneLine.MAX - 2) + "\u2026");
    assertThat(OneLine.of("y\n".repeat(1_000_000))).hasSizeLessThanOrEqualTo(OneLine.MAX);
    assertThat(OneLine.of(line)).isSameAs(line);
  }

  @Test
  void every_status_that_users_read_is_one() {
    TaskStatus task =
        TaskStatus.of(Instant.EPOCH, TaskState.FAILED, "be\ncause").withErr("pro\nbe");
    assertThat(task.message()).isEqualTo("be cause");
    assertThat(task.err()).isEqualTo("pro be");
    assertThat(new UpdateStatus("paused", null, null, "a\nb").message()).isEqualTo("a b");
    assertThat(new NodeStatus(NodeStatus.DOWN, "a\nb", null).message()).isEqualTo("a b");
    assertThat(new PortError("n", 1, "tcp", "a\nb").error()).isEqualTo("a b");
  }
}
