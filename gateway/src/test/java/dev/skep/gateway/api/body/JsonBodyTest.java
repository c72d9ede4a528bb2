package dev.skep.gateway.api.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.spec.ServiceSpec;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                    | got EOF while reading request body
          `  `                  | got EOF while reading request body
          {bad                  | invalid character 'b' looking for beginning of object key string
          {"a"                  | unexpected EOF
          {"a" 1}               | invalid character '1' after object key
          {"a":1 "b"}           | invalid character '"' after object key:value pair
          {"a":}                | invalid character '}' looking for beginning of value
          {"a":1,}              | invalid character '}' looking for beginning of object key string
          [1 2]                 | invalid character '2' after array element
          nul                   | unexpected EOF
          nulx                  | invalid character 'x' in literal null (expecting 'l')
          {"a":-x}              | invalid character 'x' in numeric literal
          {"a":1.x}             | invalid character 'x' after decimal point in numeric literal
          {"a":1ex}             | invalid character 'x' in exponent of numeric literal
          {"a":01}              | invalid character '1' after object key:value pair
          {"a":"\\x"}           | invalid character 'x' in string escape code
          {"a":"\\u12g4"}       | invalid character 'g' in \\u hexadecimal character escape
          'x'                   | invalid character '\\'' looking for beginning of value
          """)
  void says_what_is_wrong_as_go_does(String body, String message) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"Name":1}                                     | json: cannot unmarshal number 1 into field Name of type string
          {"Mode":"x"}                                   | json: cannot unmarshal string into field Mode of type Mode
          {"Mode":{"Replicated":{"Replicas":"2"}}}       | json: cannot unmarshal string into field Mode.Replicated.Replicas of type uint64
          {"Mode":{"Replicated":{"Replicas":1.5}}}       | json: cannot unmarshal number 1.5 into field Mode.Replicated.Replicas of type uint64
          {"TaskTemplate":{"ContainerSpec":{"Env":"x"}}} | json: cannot unmarshal string into field TaskTemplate.ContainerSpec.Env of type array
          [1]                                            | json: cannot unmarshal array into the request body of type ServiceSpec
          """)
  void names_the_field_that_has_the_wrong_type(String body, String message) {
    assertThatThrownBy(() -> read(body)).isInstanceOf(ApiError.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"Mode":{"Replicated":{"Replicas":-1}}}            | uint64
          {"Mode":{"ReplicatedJob":{"MaxConcurrent":-1}}}    | uint64
          {"Mode":{"ReplicatedJob":{"TotalCompletions":-1}}} | uint64
          {"UpdateConfig":{"Parallelism":-1}}                | uint64
          {"RollbackConfig":{"Parallelism":-1}}              | uint64
          {"TaskTemplate":{"ForceUpdate":-1}}                | uint64
          {"TaskTemplate":{"RestartPolicy":{"MaxAttempts":-1}}} | uint64
          {"TaskTemplate":{"Placement":{"MaxReplicas":-1}}}  | uint64
          {"EndpointSpec":{"Ports":[{"TargetPort":-1}]}}     | uint32
          {"EndpointSpec":{"Ports":[{"PublishedPort":-1}]}}  | uint32
          {"TaskTemplate":{"ContainerSpec":{"Secrets":[{"File":{"Mode":-1}}]}}} | uint32
          {"TaskTemplate":{"ContainerSpec":{"Configs":[{"File":{"Mode":-1}}]}}} | uint32
          {"TaskTemplate":{"ContainerSpec":{"Mounts":[{"TmpfsOptions":{"Mode":-1}}]}}} | uint32
          """)
  void refuses_what_does_not_fit_an_unsigned_number(String body, String type) {
    for (String number : List.of("-1", "1.5", "99999999999999999999")) {
      assertThatThrownBy(() -> read(body.replace("-1", number)))
          .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400))
          .hasMessageStartingWith("json: cannot unmarshal number ")
          .hasMessageEndingWith(" of type " + type);
    }
    read(body.replace("-1", "null"));
    read(body.replace("-1", "0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SnapshotInterval", "KeepOldSnapshots", "LogEntriesForSlowFollowers"})
  void refuses_negative_settings_of_the_swarm(String field) {
    assertThatThrownBy(() ->
            JsonBody.read(Buffer.buffer("{\"Raft\":{\"" + field + "\":-1}}"), ClusterSpec.class))
        .isInstanceOf(ApiError.class)
        .hasMessage(
            "json: cannot unmarshal number -1 into field Raft." + field + " of type uint64");
  }

  @Test
  void reads_null_in_a_list_of_text_as_empty_text() {
    ServiceSpec spec = read("{\"TaskTemplate\":{\"ContainerSpec\":{\"Env\":[null,\"A=1\"]}}}");
    assertThat(Objects.requireNonNull(spec.taskTemplate().containerSpec()).env())
        .containsExactly("", "A=1");
  }

  @Test
  void refuses_nulls_and_numbers_that_do_not_fit() {
    for (String body :
        new String[] {
          "{\"EndpointSpec\":{\"Ports\":[null]}}",
          "{\"TaskTemplate\":{\"ContainerSpec\":{\"Mounts\":[null]}}}",
          "{\"Mode\":{\"Replicated\":{\"Replicas\":99999999999999999999}}}",
          "{\"EndpointSpec\":{\"Ports\":[{\"PublishedPort\":99999999999}]}}",
          "[".repeat(2000)
        }) {
      assertThatThrownBy(() -> read(body))
          .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void takes_null_for_an_empty_object_and_ignores_what_follows() {
    assertThat(read("null").labels()).isEmpty();
    assertThat(read("{\"Name\":\"a\"} trailing").name()).isEqualTo("a");
    assertThat(read("{\"name\":\"a\",\"NoSuchField\":1}").name()).isEqualTo("a");
  }

  private static ServiceSpec read(String body) {
    return JsonBody.read(Buffer.buffer(body), ServiceSpec.class);
  }
}
