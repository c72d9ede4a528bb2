package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.body.JsonBody;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.service.spec.DefaultSpec;
import dev.skep.gateway.service.spec.NormalSpec;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ServiceSpec;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalSpecTest {
  @Test
  void fills_in_what_the_engine_fills_in_and_keeps_the_rest() {
    assertThat(
            normal(
                """
                {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"i","DNSConfig":{}},
                 "Resources":{"Limits":{},"Reservations":{}},"Placement":{},"ForceUpdate":0,
                 "RestartPolicy":{"Condition":"on-failure"}},
                 "Mode":{"Replicated":{}},
                 "UpdateConfig":{"Parallelism":2,"Order":""},
                 "EndpointSpec":{"Ports":[{"TargetPort":80}]}}\
                """))
        .isEqualTo(
            """
            {"Name":"web","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"i",\
            "DNSConfig":{},"Isolation":"default"},"Resources":{"Limits":{},"Reservations":{}},\
            "RestartPolicy":{"Condition":"on-failure","MaxAttempts":0},"Placement":{},\
            "ForceUpdate":0,"Runtime":"container"},"Mode":{"Replicated":{"Replicas":1}},\
            "UpdateConfig":{"Parallelism":2,"FailureAction":"pause","MaxFailureRatio":0.0,\
            "Order":"stop-first"},"EndpointSpec":{"Mode":"vip","Ports":[{"Protocol":"tcp",\
            "TargetPort":80,"PublishMode":"ingress"}]}}\
            """);
  }

  @Test
  void takes_words_whatever_their_case_where_the_engine_does() {
    assertThat(
            accepted(
                """
                {"TaskTemplate":{"ContainerSpec":{"Image":"i","Isolation":"DEFAULT","Mounts":[
                 {"Type":"BIND","Source":"/a","Target":"/a","BindOptions":{"Propagation":"RSlave"}},
                 {"Source":"/b","Target":"/b"},{"Type":"Volume","Target":"/c"}]}},
                 "EndpointSpec":{"Ports":[{"Protocol":"TCP","TargetPort":80,"PublishMode":"HOST"},
                 {"Protocol":"Sctp","TargetPort":81,"PublishMode":"Host"}]}}\
                """))
        .contains(
            """
            "Mounts":[{"Type":"bind","Source":"/a","Target":"/a",\
            "BindOptions":{"Propagation":"rslave"}},\
            {"Type":"bind","Source":"/b","Target":"/b"},{"Type":"volume","Target":"/c"}],\
            "Isolation":"default"\
            """)
        .contains(
            """
            "Ports":[{"Protocol":"tcp","TargetPort":80,"PublishMode":"host"},\
            {"Protocol":"sctp","TargetPort":81,"PublishMode":"host"}]\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "EndpointSpec":{"Mode":"VIP"}             | invalid resolution mode: "VIP"
          "UpdateConfig":{"FailureAction":"PAUSE"}  | unrecognized update failure action PAUSE
          "UpdateConfig":{"Order":"STOP-FIRST"}     | unrecognized update order STOP-FIRST
          "EndpointSpec":{"Ports":[{"TargetPort":1,"Protocol":"Icmp"}]} | invalid protocol: "Icmp"
          """)
  void takes_other_words_as_they_are(String part, String message) {
    assertThatThrownBy(
            () -> accepted("{\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}," + part + "}"))
        .isInstanceOf(ApiError.class)
        .hasMessage(message);
  }

  @Test
  void completes_jobs() {
    assertThat(normal("{\"TaskTemplate\":{\"ContainerSpec\":{}},\"Mode\":{\"ReplicatedJob\":{}}}"))
        .contains("{\"ReplicatedJob\":{\"MaxConcurrent\":1,\"TotalCompletions\":1}}");
    assertThat(
            normal(
                "{\"TaskTemplate\":{\"ContainerSpec\":{}},\"Mode\":{\"ReplicatedJob\":{\"MaxConcurrent\":4}}}"))
        .contains("{\"ReplicatedJob\":{\"MaxConcurrent\":4,\"TotalCompletions\":4}}");
    assertThat(normal("{\"TaskTemplate\":{\"ContainerSpec\":{}},\"Mode\":{\"GlobalJob\":{}}}"))
        .contains("\"Mode\":{\"GlobalJob\":{}}");
  }

  @Test
  void moves_networks_of_old_clients_into_the_task() {
    assertThat(
            normal("{\"TaskTemplate\":{\"ContainerSpec\":{}},\"Networks\":[{\"Target\":\"n\"}]}"))
        .contains("\"Networks\":[{\"Target\":\"n\"}],\"ForceUpdate\":0");
  }

  @Test
  void writes_out_the_defaults_when_asked() {
    ServiceSpec spec =
        NormalSpec.of(
            JsonBody.read(
                Buffer.buffer("{\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"i\"}}}"),
                ServiceSpec.class));

    assertThat(Json.api(DefaultSpec.of(spec)))
        .isEqualTo(
            """
            {"Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"i",\
            "StopGracePeriod":10000000000,"DNSConfig":{},"Isolation":"default"},"Resources":{},\
            "RestartPolicy":{"Condition":"any","Delay":5000000000,"MaxAttempts":0},\
            "Placement":{},"ForceUpdate":0,"Runtime":"container"},\
            "Mode":{"Replicated":{"Replicas":1}},\
            "UpdateConfig":{"Parallelism":1,"FailureAction":"pause","Monitor":5000000000,\
            "MaxFailureRatio":0.0,"Order":"stop-first"},\
            "RollbackConfig":{"Parallelism":1,"FailureAction":"pause","Monitor":5000000000,\
            "MaxFailureRatio":0.0,"Order":"stop-first"}}\
            """);
  }

  private static String accepted(String json) {
    return Json.api(ServicePlan.accepted(JsonBody.read(Buffer.buffer(json), ServiceSpec.class)));
  }

  private static String normal(String json) {
    return Json.api(NormalSpec.of(JsonBody.read(Buffer.buffer(json), ServiceSpec.class)));
  }
}
