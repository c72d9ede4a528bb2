package dev.skep.node.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private static final TemplateScope SCOPE =
      new TemplateScope(
          "svc1",
          "web",
          Map.of("tier", "front", "com.example.x", "y"),
          "node1",
          "host1",
          "linux",
          "x86_64",
          "task1",
          "web.3.task1",
          "3");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "plain; plain",
        "{{.Service.ID}}/{{.Service.Name}}; svc1/web",
        "{{.Node.ID}} {{.Node.Hostname}} {{.Node.Platform.OS}} {{.Node.Platform.Architecture}}; node1 host1 linux x86_64",
        "{{.Task.ID}} {{.Task.Name}} {{.Task.Slot}}; task1 web.3.task1 3",
        "{{ .Task.Slot }}; 3",
        "a {{- .Task.Slot -}} b; a3b",
        "{{.Service.Labels.tier}}|{{.Service.Labels.none}}|; front||",
        "{{index .Service.Labels \"com.example.x\"}}; y",
        "{{index .Service.Labels `none`}}.; .",
        "{{.Service.Name | upper}} {{lower \"ABC\"}}; WEB abc",
        "{{\"{{\"}}x{{\"}}\"}}; {{x}}",
        "{{/* nothing */}}x; x",
        "{{print .Task.Slot \"-\" .Service.Name}}; 3-web",
        "$HOME {x} }}; $HOME {x} }}",
        "{{.Service.Labels}}; map[com.example.x:y tier:front]",
      })
  void expands_what_swarm_knows(String text, String expanded) {
    assertThat(Template.expand(SCOPE, text)).isEqualTo(expanded);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{{.Service.Nope}}; no field .Service.Nope",
        "{{.Task; unclosed action",
        "{{nosuch \"x\"}}; function \"nosuch\" not defined",
        "{{if .Task.Slot}}x{{end}}; function \"if\" not defined",
        "{{}}; missing value for command",
        "{{\"a\" \"b\"}}; can't give argument to non-function",
        "{{index .Task.ID \"x\"}}; index wants .Service.Labels",
        "{{secret \"x\"}}; function \"secret\" not defined",
      })
  void refuses_the_rest_by_name(String text, String error) {
    assertThatThrownBy(() -> Template.expand(SCOPE, text))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(error);
  }

  @Test
  void an_error_shows_no_more_of_a_payload_than_the_line_it_is_about() {
    String payload = "password=hush\n{{.Nope}} " + "x".repeat(500) + "\nmore=hush\n";
    assertThatThrownBy(() -> Template.expand(SCOPE, payload))
        .hasMessageNotContaining("hush")
        .message()
        .hasSizeLessThan(200);
  }
}
