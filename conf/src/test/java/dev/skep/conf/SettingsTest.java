package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a configuration file is one line in an operator's words. */
class SettingsTest {
  @TempDir Path dir;

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("skep.yaml"), text);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertUnreadable(Path file) {
    return assertThatThrownBy(() -> Settings.read(file))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("cannot read the configuration " + file)
        .hasMessageEndingWith("; conf/skep.yaml shows every setting")
        .satisfies(refused ->
            assertThat(refused.getMessage())
                .doesNotContain("\n", "dev.skep", "java.", "`", "Exception"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp: 127.0.0.1:1 | 1 | tcp must be a list, such as [a, b]",
        "tcp: [[a]]       | 1 | tcp must be a list of words",
        "tcp: [null]      | 1 | tcp must be a list",
        "socket: [a, b]   | 1 | socket must be one word",
        "data-dir: {a: b} | 1 | data-dir must be one word",
        "engine: {a: b}   | 1 | engine must be one word",
        "max-tasks: many  | 1 | max-tasks must be a whole number",
        "just words       | 1 | it must be settings with their values",
        "tcp: [b          | 2 | expected",
        "name: \"b        | 2 | unexpected end of stream"
      })
  void a_setting_that_is_wrong_is_named_with_what_it_should_be(
      String line, int number, String words) throws IOException {
    assertUnreadable(file(line + "\n")).hasMessageContainingAll(", line " + number + ": ", words);
  }

  @Test
  void a_setting_that_does_not_exist_is_named_with_those_that_do() throws IOException {
    assertUnreadable(file("log-level: info\n\nsockte: /run/x\n"))
        .hasMessageContaining("there is no setting \"sockte\"; there are address, data-dir,");
  }

  @Test
  void the_line_is_named() throws IOException {
    assertUnreadable(file("name: a\ntcp: b\n")).hasMessageContaining(", line 2: tcp must be");
  }

  @Test
  void a_tab_is_told_as_one() throws IOException {
    assertUnreadable(file("log-level: info\n\tsocket: /run/x\n"))
        .hasMessageContainingAll(", line 2:", "TAB");
  }

  @Test
  void what_is_said_twice_is_refused() throws IOException {
    assertUnreadable(file("name: a\nname: b\n")).hasMessageContainingAll(", line 2:", "name");
  }

  @Test
  void what_is_no_text_and_what_is_no_file_is_said() throws IOException {
    assertUnreadable(dir).hasMessageContaining("is a directory");
    assertUnreadable(dir.resolve("none")).hasMessageContaining("there is no " + dir);
    Path latin = Files.write(dir.resolve("latin"), "name: ä".getBytes(StandardCharsets.ISO_8859_1));
    assertUnreadable(latin).hasMessageContaining("UTF-8");
    assertUnreadable(Path.of("/dev/zero")).hasMessageContaining("more than 1048576 bytes");
  }

  @Test
  void an_empty_file_says_nothing() throws IOException {
    assertThat(Settings.read(file("# nothing\n"))).isEqualTo(Settings.NONE);
    assertThat(Settings.read(file(""))).isEqualTo(Settings.NONE);
  }
}
