package dev.skep.gateway.service.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.body.JsonBody;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.spec.ServiceSpec;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecMergeTest {
  private static final String BASE =
      """
      {"Name":"web","Labels":{"a":"1","b":"1"},
       "TaskTemplate":{"ContainerSpec":{"Image":"i:1","Args":["x"],"Env":["A=1"]},
        "LogDriver":{"Name":"json-file","Options":{"max-size":"1m"}},
        "RestartPolicy":{"Condition":"any","MaxAttempts":1},"ForceUpdate":3},
       "Mode":{"Replicated":{"Replicas":2}}}\
      """;

  private static ServiceSpec spec(String json) {
    return NormalSpec.of(JsonBody.read(Buffer.buffer(json), ServiceSpec.class));
  }

  /** The base with each {@code this=>that} of a list, separated by {@code ;}, in place. */
  private static ServiceSpec changed(String changes) {
    String json = BASE;
    for (String change : changes.split(";", -1)) {
      String[] parts = change.split("=>", -1);
      assertThat(json).contains(parts[0]);
      json = json.replace(parts[0], parts[1]);
    }
    return spec(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Replicas":2=>"Replicas":5   | i:1=>i:2
          "Replicas":2=>"Replicas":5   | "a":"1"=>"a":"2"
          "a":"1",=>                   | "b":"1"=>"b":"2"
          "b":"1"=>"b":"1","c":"3"     | "a":"1"=>"a":"2"
          "A=1"=>"A=2"                 | "x"=>"y"
          "MaxAttempts":1=>"MaxAttempts":2 | "any"=>"on-failure"
          "ForceUpdate":3=>"ForceUpdate":4 | i:1=>i:2
          json-file=>syslog;max-size=>tag  | "Replicas":2=>"Replicas":5
          """)
  void joins_what_does_not_conflict(String one, String other) {
    ServiceSpec both = changed(one + ";" + other);

    assertThat(SpecMerge.of(spec(BASE), changed(one), changed(other))).isEqualTo(both);
    assertThat(SpecMerge.of(spec(BASE), changed(other), changed(one))).isEqualTo(both);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Replicas":2=>"Replicas":5       | "Replicas":2=>"Replicas":6
          i:1=>i:2                         | i:1=>i:3
          "a":"1",=>                       | "a":"1"=>"a":"2"
          "A=1"=>"A=1","B=2"               | "A=1"=>"A=2"
          json-file=>syslog                | max-size=>tag
          "ForceUpdate":3=>"ForceUpdate":4 | "ForceUpdate":3=>"ForceUpdate":4
          """)
  void refuses_two_changes_of_one_field(String one, String other) {
    assertThatThrownBy(() -> SpecMerge.of(spec(BASE), changed(one), changed(other)))
        .isInstanceOf(ApiError.class)
        .hasMessage("rpc error: code = Unknown desc = update out of sequence");
  }

  @Test
  void takes_one_change_that_both_made() {
    assertThat(SpecMerge.of(spec(BASE), changed("i:1=>i:2"), changed("i:1=>i:2")))
        .isEqualTo(changed("i:1=>i:2"));
  }
}
