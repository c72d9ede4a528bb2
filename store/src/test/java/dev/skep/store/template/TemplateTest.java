package dev.skep.store.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Go's text/template makes of a template, and its words where it makes nothing. */
class TemplateTest {
  private static final TemplateScope SCOPE =
      new TemplateScope(
          "svc1",
          "web",
          Map.of("tier", "front", "com.example.x", "y", "n", ""),
          "node1",
          "host1",
          "linux",
          "x86_64",
          "task1",
          "web.3.task1",
          "3");

  /** Each line was expanded by Go itself; {@code ⏎} stands for a line feed. */
  @ParameterizedTest
  @CsvFileSource(
      resources = "expanded.csv",
      delimiter = '¦',
      quoteCharacter = '¨',
      ignoreLeadingAndTrailingWhitespace = false,
      maxCharsPerColumn = 10_000)
  void expands_as_go_does(String text, String expanded) {
    assertThat(Template.expand(SCOPE, text.replace('⏎', '\n')))
        .isEqualTo(expanded == null ? "" : expanded.replace('⏎', '\n'));
  }

  @ParameterizedTest
  @CsvFileSource(
      resources = "refused.csv",
      delimiter = '¦',
      quoteCharacter = '¨',
      ignoreLeadingAndTrailingWhitespace = false)
  void refuses_what_go_refuses_in_its_words(String text, String error) {
    assertThatThrownBy(() -> Template.expand(SCOPE, text.replace('⏎', '\n')))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("template: expansion:")
        .hasMessageEndingWith(error);
  }

  @Test
  void an_error_says_where_it_is() {
    assertThatThrownBy(() -> Template.expand(SCOPE, "a\n b {{eq 1 \"x\"}}"))
        .hasMessage(
            "template: expansion:2:5: executing \"expansion\" at <eq 1 \"x\">: error calling eq:"
                + " incompatible types for comparison");
  }

  @Test
  void an_error_shows_no_more_of_a_payload_than_the_action_it_is_about() {
    String payload = "password=hush\n{{.Nope}} " + "x".repeat(500) + "\nmore=hush\n";
    assertThatThrownBy(() -> Template.expand(SCOPE, payload))
        .hasMessageNotContaining("hush")
        .message()
        .hasSizeLessThan(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{range 2000000000}}{{end}}",
        "{{range 10000}}{{range 10000}}{{end}}{{end}}",
        "{{$x := \"aa\"}}{{range 60}}{{$x = print $x $x}}{{end}}",
        "{{$x := printf \"%1000000d\" 1}}{{print $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x}}",
        "{{range 50}}{{printf \"%900000s\" \"\"}}{{end}}",
        "{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}",
        "{{$x := printf \"%1000000d\" 1}}{{range 1000}}{{eq $x $x}}{{end}}",
      })
  void what_one_expansion_may_do_is_bounded(String text) {
    assertThatThrownBy(() -> Template.expand(SCOPE, text))
        .isInstanceOf(TemplateException.class)
        .message()
        .containsAnyOf("it takes more than", "it makes more than", "maximum template depth");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"(", "{{if 1}}", "{{if 0}}{{else if 1}}", "{{range .}}", "{{block \"a\" .}}"})
  void what_is_nested_too_deep_is_refused(String opening) {
    String text = opening.equals("(") ? "{{" + "(".repeat(50_000) : opening.repeat(20_000);
    assertThatThrownBy(() -> Template.expand(SCOPE, text)).isInstanceOf(TemplateException.class);
  }
}
