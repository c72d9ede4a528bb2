package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.api.JsonBody;
import dev.skep.store.model.Json;
import dev.skep.store.model.ServiceSpec;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

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

  private static String normal(String json) {
    return Json.api(NormalSpec.of(JsonBody.read(Buffer.buffer(json), ServiceSpec.class)));
  }
}
