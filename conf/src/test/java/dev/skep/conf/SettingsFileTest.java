package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a configuration file is one line in an operator's words. */
class SettingsFileTest {
  @TempDir Path dir;

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("skep.yaml"), text);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertUnreadable(Path file) {
    return assertThatThrownBy(() -> SettingsFile.read(file))
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
        "tcp: 127.0.0.1:1 | 1 | 6 | tcp must be a list, such as [a, b]",
        "tcp: [[a]]       | 1 | 7 | tcp must be a list of words",
        "tcp: [null]      | 1 | 7 | tcp must be a list",
        "socket: [a, b]   | 1 | 9 | socket must be one word",
        "data-dir: {a: b} | 1 | 11 | data-dir must be one word",
        "data-dir: \"a\\0b\" | 1 | 11 | data-dir must be a path",
        "engine: {a: b}   | 1 | 9 | engine must be one word",
        "max-tasks: many  | 1 | 12 | max-tasks must be a whole number",
        "max-tasks: 1.5   | 1 | 12 | max-tasks must be a whole number",
        "{max-heap: 1g}   | 1 | 2 | max-heap must be on a line of its own",
        "name: a: b       | 1 | 8 | mapping values are not allowed here",
        "just words       | 1 | 1 | it must be settings with their values",
        "tcp: [b          | 2 | 1 | expected",
        "name: \"b        | 2 | 1 | unexpected end of stream"
      })
  void a_setting_that_is_wrong_is_named_with_what_it_should_be(
      String text, int line, int column, String words) throws IOException {
    assertUnreadable(file(text + "\n"))
        .hasMessageContainingAll(", line %d, column %d: ".formatted(line, column), words);
  }

  @Test
  void a_setting_that_does_not_exist_is_named_with_those_that_do() throws IOException {
    assertUnreadable(file("log-level: info\n\nsockte: /run/x\n"))
        .hasMessageContaining(
            ", line 3, column 1: there is no setting \"sockte\"; there are address, data-dir,");
  }

  @Test
  void every_setting_of_the_shipped_file_can_be_said() throws IOException {
    Path shipped = Path.of("skep.yaml");
    String said =
        Files.readString(shipped)
            .lines()
            .map(line -> line.replaceFirst("^# (?=[a-z-]+: \\S+$)", ""))
            .collect(Collectors.joining("\n"));
    Settings all = SettingsFile.read(file(said));
    for (RecordComponent setting : Settings.class.getRecordComponents()) {
      assertThat(setting.getAccessor()).satisfies(one -> assertThat(one.invoke(all)).isNotNull());
    }
    assertThat(SettingsFile.read(shipped)).isNotNull();
  }

  @Test
  void what_is_left_empty_is_left_to_the_next_source() throws IOException {
    assertThat(SettingsFile.read(file("name:\ntcp: ~\n"))).isEqualTo(Settings.NONE);
  }

  @Test
  void a_tab_is_told_as_one() throws IOException {
    assertUnreadable(file("log-level: info\n\tsocket: /run/x\n"))
        .hasMessageContainingAll(", line 2, column 1:", "TAB");
  }

  @Test
  void what_is_said_twice_is_refused() throws IOException {
    assertUnreadable(file("name: a\nname: b\n"))
        .hasMessageContainingAll(", line 2, column 1: name is said twice");
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
    assertThat(SettingsFile.read(file("# nothing\n"))).isEqualTo(Settings.NONE);
    assertThat(SettingsFile.read(file(""))).isEqualTo(Settings.NONE);
  }
}
