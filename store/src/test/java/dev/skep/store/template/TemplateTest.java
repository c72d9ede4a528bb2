package dev.skep.store.template;

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
        "{{if eq .Task.Slot \"3\"}}third{{else}}other{{end}}; third",
        "{{if not (eq .Task.Slot `1`)}}not first{{end}}; not first",
        "{{if eq .Node.ID `x`}}a{{else if .Service.Labels.tier}}b{{else}}c{{end}}; b",
        "{{with .Service}}{{.Name}}-{{$.Task.Slot}}{{end}}; web-3",
        "{{with .Service.Labels.none}}x{{else}}nothing{{end}}; nothing",
        "{{range split `a,b,c` `,`}}<{{.}}>{{end}}; <a><b><c>",
        "{{range .Service.Labels}}<{{.}}>{{end}}; <y><front>",
        "{{printf `%s:%d:%q%%` .Service.Name 7 `z`}}; web:7:\"z\"%",
        "{{join `-` `a` `b`}} {{join (split `a b` ` `) `+`}}; a-b a+b",
        "{{len .Service.Labels}} {{index (split `a,b` `,`) 1}}; 2 b",
        "{{and .Service.Name .Task.Slot}} {{or `` `x`}} {{gt 2 1}} {{lt `a` `b`}} {{ne 1 1}}; 3 x true true false",
        "{{if or (eq 1 2) (and true (ge 2 2))}}y{{end}}; y",
      })
  void expands_what_swarm_knows(String text, String expanded) {
    assertThat(Template.expand(SCOPE, text)).isEqualTo(expanded);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{{.Service.Nope}}; no field \".Service.Nope\"",
        "{{.Task; unclosed action",
        "{{nosuch \"x\"}}; function \"nosuch\" not defined",
        "{{if .Task.Slot}}x; if without end",
        "{{end}}; unexpected end",
        "{{else}}; unexpected else",
        "{{range .Task.Slot}}x{{end}}; range wants a list or a map",
        "{{$x := 1}}; unexpected \"$x\"",
        "{{define `x`}}{{end}}; \"define\" is not supported",
        "{{(.Task.Slot}}; unclosed",
        "{{.Task.Slot)}}; unexpected",
        "{{printf `%x` 1}}; printf knows",
        "{{.Service}}; a value with fields cannot be printed",
        "{{lower 1}}; lower wants a text",
        "{{}}; missing value for command",
        "{{\"a\" \"b\"}}; can't give argument to non-function",
        "{{index .Task.ID \"x\"}}; index wants a map",
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
